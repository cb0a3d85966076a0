import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';
import { reservingSince } from '../stores/commitments.ts';
import { reserveAndConfirm, type Reservations } from './reserve-and-confirm.ts';

const EVERY_MS = 3_000;
/** Younger ones are still in the hands of the request that made them. */
const AGE_MS = 10_000;
const LIMIT = 50;
/** On a database without sparse indexes a look is a scan: it may take a twentieth of the time at most. */
const SHARE = 20;

/** Finishes what requests that ended halfway have left reserving, oldest first where the database has the index. Answers how many. */
export async function finishReservations(reservations: Reservations, log: Log): Promise<number> {
  const before = new Date(reservations.clock().getTime() - AGE_MS);
  let finished = 0;
  for (const { id, state } of await reservingSince(reservations.commitments, before, LIMIT)) {
    if (state.status !== 'reserving') continue;
    try {
      await reserveAndConfirm(reservations, state);
      finished += 1;
      log.info({ collaborationId: id }, 'finished a commitment that was left reserving');
    } catch (error) {
      log.warn({ err: error, collaborationId: id }, 'a commitment stays reserving for now');
    }
  }
  return finished;
}

/** Looks every few seconds, with jitter, until closed. Every process may have one: the steps bear being done twice. */
export function startSweeper(reservations: Reservations, log: Log): { close: () => Promise<void> } {
  const stopped = new AbortController();

  async function sweep(): Promise<void> {
    let pause = EVERY_MS;
    while (!stopped.signal.aborted) {
      await sleep(pause * (0.5 + Math.random()), undefined, { signal: stopped.signal, ref: false }).catch(
        () => undefined,
      );
      if (stopped.signal.aborted) return;
      const started = performance.now();
      await finishReservations(reservations, log).catch((error: unknown) =>
        log.warn({ err: error }, 'reserving commitments could not be looked for'),
      );
      pause = Math.max(EVERY_MS, (performance.now() - started) * SHARE);
    }
  }

  const sweeping = sweep();
  return {
    close: async () => {
      stopped.abort();
      await sweeping;
    },
  };
}
