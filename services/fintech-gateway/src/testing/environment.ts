import {
  catalogue,
  commitmentClosed,
  commitmentConfirmed,
  contractDeclined,
  envelope,
  type Envelope,
  type EventDefinition,
  fundChain,
  type FundChain,
  lineReleased,
  loanList,
  type LoanView,
  loanView,
  type Msme,
  msmeListed,
  newCollaborationId,
  type Partner,
  relendProposed,
} from '@ksbb/contracts';
import { type Bus, createBus, on } from '@ksbb/messaging';
import { createLog, createMetrics } from '@ksbb/service-kit';
import { randomBytes } from 'node:crypto';
import { freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';
import { freePort } from '@ksbb/testkit';
import { asDonorOf } from './donor-token.ts';
import { startSandbox, type Sandbox } from './sandbox.ts';

const ownEvents = catalogue.filter(({ service }) => service === 'fintech-gateway');

export type Seen = { name: string; id: string; data: Record<string, unknown> };

/**
 * Everything around the gateway: broker, database, the sandbox of the partners, and a stand-in for the other services.
 */
export type Environment = {
  amqpUrl: string;
  databaseUri: string;
  sandbox: Sandbox;
  /** Where the gateway is to listen. */
  port: number;
  gatewayUrl: string;
  publish: (event: Envelope) => Promise<void>;
  /** Sends again every event that the gateway or the stand-in has sent, where it is asked for. */
  republish: (which: (event: Envelope) => boolean) => Promise<void>;
  /** An event that says that a loan was declined, as the gateway would have sent it. */
  declinedBySigner: (loanId: string, msmeId: string) => Envelope;
  /** A donor commits to a loan; its id. */
  commit: (partner: Partner, amountRupiah: number, instalments: number) => Promise<string>;
  /** The commitment service lets go of the line of a loan. */
  release: (loanId: string, reason: 'msme-delisted' | 'withdrawn') => Promise<void>;
  listMsme: (msme: Partial<Msme> & { msmeId: string; capitalRupiah: number; kodeKecamatan: string }) => Promise<void>;
  /** What becomes of the gateway's proposals; without it they stay unanswered. */
  answerProposals: (answer: (proposal: Proposal) => { coveredRupiah: number }) => void;
  /** Events of the gateway so far, each id once. */
  seen: () => Seen[];
  /** A loan as its donor sees it. */
  loan: (loanId: string) => Promise<LoanView>;
  loansOf: (collaborationId: string) => Promise<LoanView[]>;
  chain: (loanId: string) => Promise<FundChain['links']>;
  get: (path: string, headers?: Record<string, string>) => Promise<{ status: number; body: Record<string, unknown> }>;
  close: () => Promise<void>;
};

export type Proposal = {
  relendId: string;
  msmeId: string;
  needId: string;
  partner: Partner;
  amountRupiah: number;
  instalments: number;
};

const log = createLog('outside', 'silent');
const newId = () => newCollaborationId((n) => randomBytes(n));

function place(msmeId: string, kodeKecamatan = '31.71.01') {
  return {
    msmeId,
    needId: `${msmeId}.capital`,
    msmeName: `Warung ${msmeId}`,
    area: {
      kodeKelurahan: `${kodeKecamatan}.1003`,
      kelurahan: 'Petojo Utara',
      kecamatan: 'Gambir',
      kota: 'Jakarta Pusat',
    },
  };
}

const event = (definition: EventDefinition, subject: string, version: number, data: object) =>
  envelope(definition, subject, version, data as Record<string, unknown>, new Date());

function capitalLine(
  collaborationId: string,
  msmeId: string,
  terms: { amountRupiah: number; partner: Partner; instalments: number },
) {
  return { ...place(msmeId), lineId: `${collaborationId}.1`, package: 'capital', ...terms };
}

function confirmed(collaborationId: string, origin: object, line: object): Envelope {
  const data = { collaborationId, origin, donorName: null, lines: [line], confirmedAt: new Date().toISOString() };
  return event(commitmentConfirmed, collaborationId, 1, data);
}

function answerOf({ relendId, msmeId, ...terms }: Proposal, coveredRupiah: number): Envelope {
  const collaborationId = newId();
  const origin = { kind: 'relend', relendId };
  if (coveredRupiah > 0)
    return confirmed(
      collaborationId,
      origin,
      capitalLine(collaborationId, msmeId, { ...terms, amountRupiah: coveredRupiah }),
    );
  return event(commitmentClosed, collaborationId, 1, {
    collaborationId,
    origin,
    outcome: 'nothing-covered',
    closedAt: new Date().toISOString(),
  });
}

export async function createEnvironment(): Promise<Environment> {
  const port = await freePort();
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const amqpUrl = await freshVhost();
  const databaseUri = freshDatabase('gateway');
  const sandbox = await startSandbox(gatewayUrl);
  const seen = new Map<string, Seen>();
  const sent = new Map<string, Envelope>();
  let answerProposal: ((proposal: Proposal) => { coveredRupiah: number }) | undefined;
  const bus: Bus = createBus({ url: amqpUrl, service: 'outside', log, registry: createMetrics('outside').registry });
  bus.subscribe(
    [
      ...ownEvents.map((definition) =>
        on(definition, 'insert', async ({ version: _, ...received }) => {
          seen.set(received.id, { name: definition.name, id: received.id, data: received.data });
          sent.set(received.id, received);
        }),
      ),
      on(relendProposed, 'transition', async ({ data }) => {
        if (answerProposal !== undefined) await publish(answerOf(data, answerProposal(data).coveredRupiah));
      }),
    ],
    {},
  );
  await bus.started();

  async function publish(message: Envelope): Promise<void> {
    sent.set(message.id, message);
    await bus.publish(message);
  }

  async function get(path: string, headers: Record<string, string> = {}) {
    const answer = await fetch(`${gatewayUrl}${path}`, { headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  return {
    amqpUrl,
    databaseUri,
    sandbox,
    port,
    gatewayUrl,
    publish,
    republish: async (which) => {
      for (const message of [...sent.values()].filter(which)) await bus.publish(message);
    },
    declinedBySigner: (loanId, msmeId) => {
      const about = { loanId, collaborationId: loanId.slice(0, loanId.lastIndexOf('.')), msmeId, partner: 'amanah' };
      return event(contractDeclined, loanId, 99, { ...about, reason: 'declined by the signer' });
    },
    commit: async (partner, amountRupiah, instalments) => {
      const collaborationId = newId();
      await publish(
        confirmed(
          collaborationId,
          { kind: 'donor' },
          capitalLine(collaborationId, 'msme-of-a-donor', { partner, amountRupiah, instalments }),
        ),
      );
      return `${collaborationId}.1`;
    },
    release: async (lineId, reason) => {
      const collaborationId = lineId.slice(0, lineId.lastIndexOf('.'));
      const { msmeId, needId } = place('msme-of-a-donor');
      const about = { collaborationId, lineId, msmeId, needId };
      await publish(
        event(lineReleased, collaborationId, 2, { ...about, package: 'capital', releasedAmount: 1_000_000, reason }),
      );
    },
    listMsme: async ({ msmeId, capitalRupiah, kodeKecamatan, ...rest }) => {
      const { area, needId } = place(msmeId, kodeKecamatan);
      const need = { needId, package: 'capital', amountRupiah: capitalRupiah, declaredAt: '2026-11-01T00:00:00.000Z' };
      const data = { ...msmeListed.example, msmeId, name: `Warung ${msmeId}`, area, needs: [need], ...rest };
      await publish(event(msmeListed, msmeId, 1, data));
    },
    answerProposals: (answer) => {
      answerProposal = answer;
    },
    seen: () => [...seen.values()],
    loan: async (loanId) => loanView.parse((await get(`/loans/${loanId}`, await asDonorOf(loanId))).body),
    loansOf: async (collaborationId) =>
      loanList.parse((await get(`/collaborations/${collaborationId}/loans`)).body).items,
    chain: async (loanId) => fundChain.parse((await get(`/fund/chain/${loanId}`)).body).links,
    get,
    close: async () => {
      await bus.close();
      await sandbox.stop();
      await removeVhost(amqpUrl);
      await removeDatabase(databaseUri);
    },
  };
}
