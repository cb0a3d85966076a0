import {
  catalogue,
  commitmentClosed,
  commitmentConfirmed,
  contractDeclined,
  envelope,
  type Envelope,
  type EventDefinition,
  fundChain,
  lineReleased,
  loanList,
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
import { freePort, freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';
import { asDonorOf } from './donor-token.ts';
import { startSandbox } from './sandbox.ts';

const ownEvents = catalogue.filter(({ service }) => service === 'fintech-gateway');

export type Seen = { name: string; id: string; data: Record<string, unknown> };

export type Environment = Awaited<ReturnType<typeof createEnvironment>>;

export type Proposal = {
  relendId: string;
  msmeId: string;
  needId: string;
  partner: Partner;
  amountRupiah: number;
  instalments: number;
};

type ListedMsme = Partial<Msme> & { msmeId: string; capitalRupiah: number; kodeKecamatan: string };

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

/**
 * Everything around the gateway: broker, database, the sandbox of the partners, and a stand-in for the other services.
 */
export async function createEnvironment() {
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
    /** The gateway has to listen on this port. */
    port,
    gatewayUrl,
    publish,
    /** Sends again the chosen ones of all events that the gateway and the stand-in have sent. */
    republish: async (which: (event: Envelope) => boolean) => {
      for (const message of [...sent.values()].filter(which)) await bus.publish(message);
    },
    /** An event that says that a loan was declined, as the gateway would have sent it. */
    declinedBySigner: (loanId: string, msmeId: string) => {
      const about = { loanId, collaborationId: loanId.slice(0, loanId.lastIndexOf('.')), msmeId, partner: 'amanah' };
      return event(contractDeclined, loanId, 99, { ...about, reason: 'declined by the signer' });
    },
    /** A donor commits to a loan. Returns the loan's id. */
    commit: async (partner: Partner, amountRupiah: number, instalments: number) => {
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
    /** The commitment service releases the line of a loan. */
    release: async (lineId: string, reason: 'msme-delisted' | 'withdrawn') => {
      const collaborationId = lineId.slice(0, lineId.lastIndexOf('.'));
      const { msmeId, needId } = place('msme-of-a-donor');
      const about = { collaborationId, lineId, msmeId, needId };
      await publish(
        event(lineReleased, collaborationId, 2, { ...about, package: 'capital', releasedAmount: 1_000_000, reason }),
      );
    },
    listMsme: async ({ msmeId, capitalRupiah, kodeKecamatan, ...rest }: ListedMsme) => {
      const { area, needId } = place(msmeId, kodeKecamatan);
      const need = { needId, package: 'capital', amountRupiah: capitalRupiah, declaredAt: '2026-11-01T00:00:00.000Z' };
      const data = { ...msmeListed.example, msmeId, name: `Warung ${msmeId}`, area, needs: [need], ...rest };
      await publish(event(msmeListed, msmeId, 1, data));
    },
    /** How the commitment service replies to the gateway's proposals. Without it they get no reply. */
    answerProposals: (answer: (proposal: Proposal) => { coveredRupiah: number }) => {
      answerProposal = answer;
    },
    /** The gateway's events so far, each id once. */
    seen: () => [...seen.values()],
    /** A loan as its donor sees it. */
    loan: async (loanId: string) => loanView.parse((await get(`/loans/${loanId}`, await asDonorOf(loanId))).body),
    loansOf: async (collaborationId: string) =>
      loanList.parse((await get(`/collaborations/${collaborationId}/loans`)).body).items,
    chain: async (loanId: string) => fundChain.parse((await get(`/fund/chain/${loanId}`)).body).links,
    get,
    close: async () => {
      await bus.close();
      await sandbox.stop();
      await removeVhost(amqpUrl);
      await removeDatabase(databaseUri);
    },
  };
}
