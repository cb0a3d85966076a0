import { type Log, type Loop, startLoop } from '@ksbb/service-kit';
import type { ContractRecord } from '../contract/record.ts';
import type { ContractStore } from '../stores/contracts.ts';
import { doDueWork, type WorkParts } from './work.ts';

type WorkerParts = WorkParts & {
  contracts: Pick<ContractStore, 'claim' | 'update'>;
  log: Log;
  /** Removes stored requests that are no longer needed. */
  removeExpired: (now: Date) => Promise<void>;
};

export type Worker = {
  start: () => void;
  /** Says that work is due at a time, in ms of the epoch. */
  scheduleAt: (at: number) => void;
  /** Starts no more work and finishes the work in flight. */
  stop: () => Promise<void>;
};

/** Longer than a callback and its update take. After it, another process takes over the work of a killed process. */
const LEASE_MS = 8_000;
/** The poll finds work that a crash or another replica left. `scheduleAt` announces all other work. */
const POLL_MS = 500;
const CLEANUP_EVERY_MS = 60_000;
/** A callback that hangs occupies one place. The other contracts go on. */
const MAX_IN_FLIGHT = 16;
/** A longer timer would fire at once. The poll finds later work. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Publishes, disburses, repays and calls back: the work on each contract when it is due. Several replicas may run. */
export function createWorker(parts: WorkerParts): Worker {
  const { contracts, log, clock } = parts;
  const inFlight = new Set<Promise<void>>();
  let loop: Loop | undefined;
  let cleanedUpAt = 0;

  async function work(record: ContractRecord): Promise<void> {
    try {
      const change = await doDueWork(record, parts);
      await contracts.update(record.partner, record.reference, change, true);
    } catch (error) {
      log.error(
        { err: error, contractNo: record.contractNo },
        'work on a contract failed; it is tried again after the lease has ended',
      );
    }
  }

  /** Starts the work on one contract. False where none is due. */
  async function startOne(): Promise<boolean> {
    const record = await contracts.claim(clock(), LEASE_MS);
    if (record === null) return false;
    const task: Promise<void> = work(record).finally(() => {
      inFlight.delete(task);
      loop?.notify();
    });
    inFlight.add(task);
    return true;
  }

  async function cleanUp(): Promise<void> {
    const now = clock();
    if (now.getTime() - cleanedUpAt < CLEANUP_EVERY_MS) return;
    cleanedUpAt = now.getTime();
    await parts.removeExpired(now);
  }

  async function tick(stopping: AbortSignal): Promise<void> {
    await cleanUp();
    while (!stopping.aborted && inFlight.size < MAX_IN_FLIGHT && (await startOne()));
  }

  return {
    start: () => {
      loop ??= startLoop({ name: 'due work', everyMs: POLL_MS, tick, log });
    },
    scheduleAt: (at) => {
      const delayMs = Math.max(0, at - clock().getTime());
      if (delayMs <= LONGEST_TIMER_MS) setTimeout(() => loop?.notify(), delayMs).unref();
    },
    stop: async () => {
      await loop?.close();
      await Promise.all(inFlight);
    },
  };
}
