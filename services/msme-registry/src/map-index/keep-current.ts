import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@ksbb/messaging';
import { broadcastSubscriptions } from '../subscriptions.ts';
import type { MapIndex } from './map-index.ts';

/** So long a start waits for the broker; then it reads what there is, and once more when the broker comes. */
const WAIT_FOR_BROKER_MS = 3_000;

/**
 * Fills the index by `read` and keeps it current by the events of the registry and of the needs board, whichever process
 * wrote them. Resolves when the index has been filled.
 */
export async function keepCurrent({
  bus,
  index,
  read,
}: {
  bus: Pick<Bus, 'subscribeToBroadcast'>;
  index: MapIndex;
  read: () => Promise<void>;
}): Promise<void> {
  const filled = Promise.withResolvers<void>();
  let begun = false;
  bus.subscribeToBroadcast(broadcastSubscriptions, { index }, async () => {
    begun = true;
    await read();
    filled.resolve();
  });
  await Promise.race([filled.promise, sleep(WAIT_FOR_BROKER_MS, undefined, { ref: false })]);
  if (begun) await filled.promise;
  else await read();
}
