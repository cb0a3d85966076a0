import { setTimeout as sleep } from 'node:timers/promises';

const WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;

/**
 * Looks again and again until `look` finds something, and answers that. Wait for what stays, such as an event, a count
 * or a final state: a state that passes may be over before it is looked at.
 * @param what is awaited, for the error
 * @throws where `look` throws, and when `withinMs` have passed
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = WITHIN_MS,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`${what}: did not happen within ${withinMs / 1000} s`);
}
