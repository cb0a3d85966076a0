import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something holds; the time limit of the test is the limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}
