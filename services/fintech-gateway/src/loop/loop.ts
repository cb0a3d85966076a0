import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';

export type Loop = {
  /** There is work now: do not wait for the next turn. */
  nudge: () => void;
  /** Starts no other turn, and resolves when the one in hand has ended. */
  close: () => Promise<void>;
};

type LoopParts = {
  name: string;
  /** Mean pause between two turns; jittered by half, so that replicas do not march in step. */
  everyMs: number;
  /** One turn. It ends early, at a good moment, where `stopping` is aborted. */
  work: (stopping: AbortSignal) => Promise<void>;
  log: Log;
};

/** Does work again and again until closed. A turn that fails is logged, and the next one tries again. */
export function startLoop({ name, everyMs, work, log }: LoopParts): Loop {
  const stopped = new AbortController();
  let wake = new AbortController();
  let nudged = false;

  async function pause(): Promise<void> {
    wake = new AbortController();
    const either = AbortSignal.any([stopped.signal, wake.signal]);
    if (!nudged) await sleep(everyMs * (0.5 + Math.random()), undefined, { signal: either }).catch(() => undefined);
    nudged = false;
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      await work(stopped.signal).catch((error) => log.warn({ err: error, loop: name }, 'a turn of the loop failed'));
      await pause();
    }
  }

  const running = run();
  return {
    nudge: () => {
      nudged = true;
      wake.abort();
    },
    close: async () => {
      stopped.abort();
      await running;
    },
  };
}
