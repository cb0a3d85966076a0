import type { Log } from '@ksbb/service-kit';
import type { CoverageStore } from '../stores/coverage-store.ts';
import type { MsmeStores } from '../stores/msme-stores.ts';
import type { MapIndex } from './map-index.ts';

type Parts = { index: MapIndex; msmes: Pick<MsmeStores, 'scan'>; coverage: Pick<CoverageStore, 'scan'>; log: Log };

/** Reads every MSME and its coverage into the index. The index may be used and kept current meanwhile. */
export async function readAll({ index, msmes, coverage, log }: Parts): Promise<void> {
  const started = performance.now();
  let read = 0;
  for await (const { id, version, state } of msmes.scan()) {
    index.put(id, version, state.status === 'listed' ? state.msme : null);
    read += 1;
  }
  for await (const { msmeId, version, needs } of coverage.scan()) index.putCoverage(msmeId, version, needs);
  log.info({ msmes: read, milliseconds: Math.round(performance.now() - started) }, 'the map index has been read');
}
