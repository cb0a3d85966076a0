import { setTimeout as sleep } from 'node:timers/promises';

/** Too many calls are in flight, and this one did not get a slot in time. It was not made. */
export class BulkheadFull extends Error {
  constructor(name: string) {
    super(`${name} is at its limit of calls in flight`);
    this.name = 'BulkheadFull';
  }
}

export type Bulkhead = {
  /** Runs a task when there is a slot. The slot is free again when the task has settled. */
  run: <T>(task: () => Promise<T>) => Promise<T>;
  inFlight: () => number;
  waiting: () => number;
};

type Limits = { name: string; inFlight: number; waiting: number; waitMs: number };

/** At most `inFlight` tasks run at once; up to `waiting` more wait for a slot, each at most `waitMs`. */
export function createBulkhead({ name, inFlight, waiting, waitMs }: Limits): Bulkhead {
  const queue: (() => void)[] = [];
  let running = 0;

  async function takeSlot(): Promise<void> {
    if (running < inFlight) {
      running += 1;
      return;
    }
    if (queue.length >= waiting) throw new BulkheadFull(name);
    const slot = Promise.withResolvers<true>();
    const enter = () => slot.resolve(true);
    queue.push(enter);
    const timeout = new AbortController();
    const inTime = await Promise.race([
      slot.promise,
      sleep(waitMs, false, { signal: timeout.signal }).catch(() => false),
    ]);
    timeout.abort();
    if (inTime) return;
    const at = queue.indexOf(enter);
    // It has left the queue: it was given a slot in the same moment.
    if (at === -1) return;
    queue.splice(at, 1);
    throw new BulkheadFull(name);
  }

  function freeSlot(): void {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    run: async (task) => {
      await takeSlot();
      try {
        return await task();
      } finally {
        freeSlot();
      }
    },
    inFlight: () => running,
    waiting: () => queue.length,
  };
}
