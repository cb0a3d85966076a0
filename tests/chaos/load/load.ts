import { setTimeout as sleep } from 'node:timers/promises';
import type { Chaos } from '../ledger/account.ts';
import { type Done, pickJourney, unfinished } from './journeys.ts';

export type Load = {
  /** How many journeys have come to their end. */
  finished: () => number;
  /** Begins no more; resolves with what was done when those under way have come to their end. */
  stop: () => Promise<Done[]>;
};

/** So many donors and officers at once, each beginning anew when done, after a pause of at most twice `pauseMs`. */
export function startLoad(chaos: Chaos, { donors, pauseMs }: { donors: number; pauseMs: number }): Load {
  const { random } = chaos;
  const all: Done[] = [];
  let stopped = false;
  const giving = Array.from({ length: donors }, async () => {
    while (!stopped) {
      all.push(await pickJourney(random)(chaos).catch(unfinished));
      await sleep(2 * pauseMs * random.float());
    }
  });
  const done = Promise.all(giving);
  return {
    finished: () => all.length,
    stop: async () => {
      stopped = true;
      await done;
      return all;
    },
  };
}
