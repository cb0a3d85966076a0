import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestedLine } from '@ksbb/contracts';
import {
  call,
  createPlatformClient,
  eventually,
  isNothingLeft,
  type PlatformAddress,
  type PlatformClient,
  seededRandom,
  type Send,
} from '@ksbb/testkit';
import { requestFor } from '../chaos/load/journeys.ts';
import type { Needs } from '../chaos/load/needs.ts';

const GIVE_UP_MS = 90_000;
const RETRY_MS = 500;
const READ_EVERY_MS = 100;
const COMMIT_EVERY_MS = 400;
const LEND_EVERY_MS = 1_500;
export const LOAN_RUPIAH = 100_000;
const MOST_FAULTS_SHOWN = 20;

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
/** A line of a commitment, whichever need it is for. */
type Line = Without<RequestedLine, 'msmeId' | 'needId'>;

/** What the load did: the requests that were answered well, those that failed, and what must follow from them. */
export type Tally = {
  answered: number;
  failed: number;
  faults: string[];
  collaborations: string[];
  piecesPromised: number;
  piecesReported: number;
  loans: string[];
};

/**
 * Counts requests in `tally`: each is repeated with its own idempotency key until it is answered well, and each failure
 * counts.
 */
function countingClient(platform: PlatformAddress, tally: Tally, fault: (text: string) => void): PlatformClient {
  const tryOnce = async (...[method, url, options]: Parameters<Send>) => {
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
  };
  return createPlatformClient(platform, (...request) =>
    eventually(
      `${request[0]} ${request[1]} is answered well`,
      async () => {
        const answer = await tryOnce(...request);
        if (answer === undefined) await sleep(RETRY_MS);
        else tally.answered += 1;
        return answer;
      },
      GIVE_UP_MS,
    ),
  );
}

/** A steady load: reads, commitments, reports of delivery, and loans that are signed and so called back. */
export function startLoad(platform: PlatformAddress, needs: Needs) {
  const tally: Tally = {
    answered: 0,
    failed: 0,
    faults: [],
    collaborations: [],
    piecesPromised: 0,
    piecesReported: 0,
    loans: [],
  };
  const random = seededRandom(1);
  let running = true;
  const fault = (text: string) => {
    tally.failed += 1;
    if (tally.faults.length < MOST_FAULTS_SHOWN) tally.faults.push(text);
  };
  const client = countingClient(platform, tally, fault);

  /** Relent money may cover a need first: then another need is taken. */
  async function commit(amount: number, line: Line) {
    for (;;) {
      const { msmeId, needId } = needs.take(line.package, amount, random);
      const made = await client.commit(requestFor({ ...line, msmeId, needId } as RequestedLine));
      if (made === undefined) continue;
      tally.collaborations.push(made.collaborationId);
      return { ...made, lineId: made.lines[0]?.lineId ?? 'none' };
    }
  }

  async function donate(): Promise<void> {
    const { collaborationId, pin, lineId } = await commit(1, { package: 'goods', quantity: 1 });
    tally.piecesPromised += 1;
    await client.reportDelivery(collaborationId, pin, { lineId, quantity: 1 });
    tally.piecesReported += 1;
  }

  async function lend(at: number): Promise<void> {
    const partner = at % 2 === 0 ? 'amanah' : 'lumbung';
    const loan = { package: 'capital', amountRupiah: LOAN_RUPIAH, partner, instalments: 3 } as const;
    const { collaborationId, pin, lineId } = await commit(LOAN_RUPIAH, loan);
    tally.loans.push(lineId);
    const token = await client.capability(collaborationId, pin);
    const { signUrl } = await client.loanInStatus(lineId, 'awaiting-signature', token, GIVE_UP_MS);
    await client.signContract(signUrl ?? 'none', 'Beban tetap');
    await client.loanInStatus(lineId, 'disbursed', token, GIVE_UP_MS);
  }

  const { msmeId } = needs.take('goods', 1, random);
  const reads = [
    `${platform.portalUrl}/`,
    `${client.api('msme-registry')}/msmes?limit=5`,
    `${client.api('commitment')}/boards?msmeIds=${msmeId}`,
    `${client.api('fintech-gateway')}/fund/trial-balance`,
    `${client.api('reporting')}/totals`,
    `${client.api('training')}/openapi.json`,
    `${platform.sandboxUrl}/openapi.json`,
  ];

  const inFlight = new Set<Promise<unknown>>();
  async function every(milliseconds: number, work: (at: number) => Promise<unknown>, most: number): Promise<void> {
    for (let at = 0; running; at += 1) {
      if (inFlight.size < most) {
        const one: Promise<unknown> = work(at)
          .catch((error: Error) => fault(error.message))
          .finally(() => inFlight.delete(one));
        inFlight.add(one);
      }
      await sleep(milliseconds);
    }
  }

  const workers = [
    every(READ_EVERY_MS, (at) => client.get(reads[at % reads.length] as string), 100),
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
