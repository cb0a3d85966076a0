import { setTimeout as sleep } from 'node:timers/promises';
import type { MakeCommitmentRequest, RequestedLine } from '@ksbb/contracts';
import {
  type Answer,
  call,
  type CallOptions,
  createPlatformClient,
  isNothingLeft,
  type PlatformAddress,
  type PlatformClient,
} from '@ksbb/testkit';

const GIVE_UP_MS = 90_000;
const RETRY_MS = 500;
const READ_EVERY_MS = 100;
const COMMIT_EVERY_MS = 400;
const LEND_EVERY_MS = 1_500;
export const LOAN_RUPIAH = 100_000;
const MOST_FAULTS_SHOWN = 20;

type Kind = 'read' | 'commitment' | 'report' | 'loan';

/** What the load did: every request that was answered well, every one that failed, and what must follow from them. */
export type Tally = {
  requests: Record<Kind, number>;
  failed: number;
  faults: string[];
  collaborations: string[];
  masksPromised: number;
  masksReported: number;
  loans: string[];
};

export type NeedOf = { msmeId: string; needId: string };
type Supply = { masks: NeedOf[]; capital: NeedOf[] };
type Line = RequestedLine extends infer L ? (L extends unknown ? Omit<L, keyof NeedOf> : never) : never;

export const requestFor = (line: RequestedLine): MakeCommitmentRequest => ({
  donor: { name: 'Beban tetap', kind: 'company', email: 'beban@contoh.example', anonymous: false },
  consent: true,
  lines: [line],
});

/** Needs that can take many small commitments. */
export async function findSupply(client: PlatformClient): Promise<Supply> {
  const { items } = await client.get(`${client.api('msme-registry')}/msmes?limit=200`);
  const supply: Supply = { masks: [], capital: [] };
  for (const { msmeId } of items) {
    for (const need of (await client.msme(msmeId)).needs) {
      if (need.package === 'goods' && need.item === 'face-mask') supply.masks.push({ msmeId, needId: need.needId });
      if (need.package === 'capital') supply.capital.push({ msmeId, needId: need.needId });
    }
  }
  return supply;
}

/**
 * Counts requests: each is repeated with its own idempotency key until it is answered well, and each failure counts.
 */
function countingClients(platform: PlatformAddress, tally: Tally, fault: (text: string) => void) {
  async function once(method: string, url: string, options: CallOptions): Promise<Answer | undefined> {
    const started = performance.now();
    const about = `${new Date().toISOString()} ${method} ${new URL(url).pathname}`;
    try {
      const answer = await call(method, url, options);
      if (answer.status < 400 || isNothingLeft(answer)) return answer;
      fault(`${about}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`);
    } catch (error) {
      const { message } = (error as { cause?: Error }).cause ?? (error as Error);
      fault(`${about}: ${message} after ${Math.round(performance.now() - started)} ms`);
    }
    return undefined;
  }
  return (kind: Kind) =>
    createPlatformClient(platform, async (method, url, options = {}) => {
      const deadline = performance.now() + GIVE_UP_MS;
      while (performance.now() < deadline) {
        const answer = await once(method, url, options);
        if (answer !== undefined) {
          tally.requests[kind] += 1;
          return answer;
        }
        await sleep(RETRY_MS);
      }
      throw new Error(`${method} ${url} failed for ${GIVE_UP_MS / 1000} s`);
    });
}

/** A steady load: reads, commitments, reports of delivery, and loans that are signed and so called back. */
export function startLoad(platform: PlatformAddress, supply: Supply) {
  const tally: Tally = {
    requests: { read: 0, commitment: 0, report: 0, loan: 0 },
    failed: 0,
    faults: [],
    collaborations: [],
    masksPromised: 0,
    masksReported: 0,
    loans: [],
  };
  let running = true;
  const fault = (text: string) => {
    tally.failed += 1;
    if (tally.faults.length < MOST_FAULTS_SHOWN) tally.faults.push(text);
  };
  const clientFor = countingClients(platform, tally, fault);
  const [reader, committer, reporter, lender] = (['read', 'commitment', 'report', 'loan'] as const).map(clientFor) as [
    PlatformClient,
    PlatformClient,
    PlatformClient,
    PlatformClient,
  ];

  /** Commits to the first need in turn that still takes it; a need that is covered leaves the supply. */
  async function commit(client: PlatformClient, needs: NeedOf[], line: Line) {
    for (;;) {
      const need = needs.shift();
      if (need === undefined) throw new Error('every need is covered; the load needs more MSMEs');
      const made = await client.commit(requestFor({ ...line, ...need } as RequestedLine));
      if (made === undefined) continue;
      needs.push(need);
      tally.collaborations.push(made.collaborationId);
      return { ...made, lineId: made.lines[0]?.lineId ?? 'none' };
    }
  }

  async function donate(): Promise<void> {
    const made = await commit(committer, supply.masks, { package: 'goods', quantity: 1 });
    tally.masksPromised += 1;
    await reporter.reportDelivery(made.collaborationId, made.pin, { lineId: made.lineId, quantity: 1 });
    tally.masksReported += 1;
  }

  async function lend(at: number): Promise<void> {
    const partner = at % 2 === 0 ? 'amanah' : 'lumbung';
    const loan = { package: 'capital', amountRupiah: LOAN_RUPIAH, partner, instalments: 3 } as const;
    const { collaborationId, pin, lineId } = await commit(lender, supply.capital, loan);
    tally.loans.push(lineId);
    const token = await lender.capability(collaborationId, pin);
    const { signUrl } = await lender.loanInStatus(lineId, 'awaiting-signature', token, GIVE_UP_MS);
    await lender.signContract(signUrl ?? 'none', 'Beban tetap');
    await lender.loanInStatus(lineId, 'disbursed', token, GIVE_UP_MS);
  }

  const reads = [
    `${platform.portalUrl}/`,
    `${reader.api('msme-registry')}/msmes?limit=5`,
    `${reader.api('commitment')}/boards?msmeIds=${supply.masks[0]?.msmeId}`,
    `${reader.api('fintech-gateway')}/fund/trial-balance`,
    `${reader.api('reporting')}/totals`,
    `${reader.api('training')}/openapi.json`,
    `${platform.sandboxUrl}/openapi.json`,
  ];

  const inFlight = new Set<Promise<void>>();
  async function every(milliseconds: number, work: (at: number) => Promise<unknown>, most: number): Promise<void> {
    for (let at = 0; running; at += 1) {
      if (inFlight.size < most) {
        const one: Promise<void> = work(at).then(
          () => undefined,
          (error: Error) => fault(error.message),
        );
        inFlight.add(one);
        void one.then(() => inFlight.delete(one));
      }
      await sleep(milliseconds);
    }
  }

  const workers = [
    every(READ_EVERY_MS, (at) => reader.get(reads[at % reads.length] as string), 100),
    every(COMMIT_EVERY_MS, donate, 200),
    every(LEND_EVERY_MS, lend, 200),
  ];
  return {
    tally,
    /** Starts nothing more, and waits for what is in flight. */
    async stop(): Promise<void> {
      running = false;
      await Promise.all(workers);
      await Promise.all(inFlight);
    },
  };
}
