import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../../../infra/demo/world.ts';
import { type Done, pickJourney } from './journeys.ts';
import type { Needs } from './needs.ts';

export type Load = {
  /** How many journeys have come to their end. */
  finished: () => number;
  /** Begins no more; resolves with what was done when those under way have come to their end. */
  stop: () => Promise<Done[]>;
};

type Loading = { needs: Needs; random: () => number; donors: number; pauseMs: number };

/** So many donors and officers at once, each beginning anew when done, after a pause of at most twice `pauseMs`. */
export function startLoad(world: World, { needs, random, donors, pauseMs }: Loading): Load {
  const all: Done[] = [];
  let stopped = false;
  const giving = Array.from({ length: donors }, async () => {
    while (!stopped) {
      all.push(await pickJourney(random)(world, needs, random));
      await sleep(2 * pauseMs * random());
    }
  });
  const done = Promise.all(giving);
  // Awaited by `stop`; without this a journey that fails before would end the process.
  done.catch(() => undefined);
  return {
    finished: () => all.length,
    stop: async () => {
      stopped = true;
      await done;
      return all;
    },
  };
}
