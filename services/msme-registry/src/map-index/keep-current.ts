import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@ksbb/messaging';
import type { Log } from '@ksbb/service-kit';
import type { CoverageStore, MsmeStores } from '../stores.ts';
import { broadcastSubscriptions } from '../subscriptions.ts';
import type { MapIndex } from './map-index.ts';

/** How long a start waits for the broker. After that it reads the database, and once more when the broker is there. */
const WAIT_FOR_BROKER_MS = 3_000;

type Parts = {
  bus: Pick<Bus, 'subscribeToBroadcast'>;
  index: MapIndex;
  msmes: Pick<MsmeStores, 'scan'>;
  coverage: Pick<CoverageStore, 'scan'>;
  log: Log;
};

/** Reads every MSME and its coverage into the index. The index may be used and updated meanwhile. */
async function readAll({ index, msmes, coverage, log }: Parts): Promise<void> {
  const started = performance.now();
  let read = 0;
  for await (const { id, version, state } of msmes.scan()) {
    index.put(id, version, state.status === 'listed' ? state.msme : null);
    read += 1;
  }
  for await (const { msmeId, version, needs } of coverage.scan()) index.putCoverage(msmeId, version, needs);
  log.info({ msmes: read, milliseconds: Math.round(performance.now() - started) }, 'the map index has been read');
}

/**
 * Fills the index from the database and keeps it current by the events of the registry and of the needs board, from any
 * process. Reads everything again when the connection to the broker was lost. Resolves when the index has been filled.
 */
export async function keepCurrent(parts: Parts): Promise<void> {
  const filled = Promise.withResolvers<void>();
  let begun = false;
  parts.bus.subscribeToBroadcast(broadcastSubscriptions, { index: parts.index }, async () => {
    begun = true;
    await readAll(parts);
    filled.resolve();
  });
  await Promise.race([filled.promise, sleep(WAIT_FOR_BROKER_MS, undefined, { ref: false })]);
  if (begun) await filled.promise;
  else await readAll(parts);
}
