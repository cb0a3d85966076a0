import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';

export type Loop = {
  /** There is work now: the next tick does not wait for the pause to end. */
  notify: () => void;
  /** Starts no other tick, and resolves when the present one has ended. */
  close: () => Promise<void>;
};

type LoopParts = {
  name: string;
  /** Mean pause between two ticks. It varies by half, so that replicas do not tick together. */
  everyMs: number;
  /**
   * The largest share of the time that ticks may take, where a tick may be slow: the pause grows with the last tick.
   */
  maxShare?: number;
  /** Does what is due. It should end early where `stopping` is aborted. */
  tick: (stopping: AbortSignal) => Promise<void>;
  log: Log;
};

/** Ticks now and again and again until closed. A tick that fails is logged, and the next one tries again. */
export function startLoop({ name, everyMs, maxShare = 1, tick, log }: LoopParts): Loop {
  const stopped = new AbortController();
  let notified = new AbortController();

  async function pause(meanMs: number): Promise<void> {
    const ended = AbortSignal.any([stopped.signal, notified.signal]);
    await sleep(meanMs * (0.5 + Math.random()), undefined, { signal: ended }).catch(() => undefined);
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      notified = new AbortController();
      const started = performance.now();
      try {
        await tick(stopped.signal);
      } catch (error) {
        log.warn({ err: error, loop: name }, 'a tick of the loop failed');
      }
      await pause(Math.max(everyMs, (performance.now() - started) * (1 / maxShare - 1)));
    }
  }

  const running = run();
  return {
    notify: () => notified.abort(),
    close: async () => {
      stopped.abort();
      await running;
    },
  };
}
