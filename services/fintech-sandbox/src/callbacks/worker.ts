import type { Log } from '@ksbb/service-kit';
import type { ContractRecord } from '../contract/record.ts';
import type { ContractStore } from '../stores/contracts.ts';
import type { Alarm } from './alarm.ts';
import { doDueWork, type WorkParts } from './work.ts';

type WorkerParts = WorkParts & {
  contracts: Pick<ContractStore, 'claim' | 'update'>;
  alarm: Alarm;
  log: Log;
  /** Removes what need not be remembered any longer. */
  sweep: (now: Date) => Promise<void>;
};

export type Worker = { start: () => void; stop: () => Promise<void> };

/** Longer than a callback and its bookkeeping may take; after it, work of a process that was killed is taken up again. */
const LEASE_MS = 8_000;
/** Finds what a crash or another replica left; everything else is announced by the alarm. */
const POLL_MS = 500;
const PAUSE_AFTER_FAULT_MS = 1_000;
const SWEEP_MS = 60_000;
/** A callback that hangs holds up one lane, not the other contracts. */
const MAX_IN_HAND = 16;

/** Disburses, feeds and calls back, contract by contract as they fall due. Several replicas may run. */
export function createWorker(parts: WorkerParts): Worker {
  const { contracts, alarm, log, clock } = parts;
  const inHand = new Set<Promise<void>>();
  let running: Promise<void> | null = null;
  let stopped = false;
  let sweptAt = 0;

  async function work(record: ContractRecord): Promise<void> {
    try {
      const outcome = await doDueWork(record, parts);
      await contracts.update(record.partner, record.reference, outcome, true);
    } catch (error) {
      log.error(
        { err: error, contractNo: record.contractNo },
        'work on a contract failed; it is taken up again after its lease',
      );
    }
  }

  /** Takes one contract in hand. False where none is due. */
  async function takeOne(): Promise<boolean> {
    const record = await contracts.claim(clock(), LEASE_MS);
    if (record === null) return false;
    const task: Promise<void> = work(record).finally(() => {
      inHand.delete(task);
      alarm.setFor(0);
    });
    inHand.add(task);
    return true;
  }

  async function sweepNowAndThen(): Promise<void> {
    const now = clock();
    if (now.getTime() - sweptAt < SWEEP_MS) return;
    sweptAt = now.getTime();
    await parts.sweep(now);
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      try {
        await sweepNowAndThen();
        while (!stopped && inHand.size < MAX_IN_HAND && (await takeOne()));
        if (!stopped) await alarm.sleep(POLL_MS);
      } catch (error) {
        log.warn({ err: error }, 'looking for due work failed; trying again');
        await alarm.sleep(PAUSE_AFTER_FAULT_MS);
      }
    }
  }

  return {
    start: () => {
      running ??= loop();
    },
    /** Takes nothing more in hand and finishes what is. */
    stop: async () => {
      stopped = true;
      alarm.setFor(0);
      await running;
      await Promise.all(inHand);
    },
  };
}
