import type { EventOf, msmeDelisted, msmeListed, msmeUpdated, needCoverageChanged } from '@ksbb/contracts';
import type { MapIndex } from './map-index/map-index.ts';
import type { CoverageStore } from './stores.ts';

/**
 * Stores the coverage from the needs board, so that a restarted process has it and `GET /msmes/:msmeId` can show it.
 */
export async function storeCoverageWhenNeedCoverageChanged(
  { data, version }: EventOf<typeof needCoverageChanged>,
  { coverage }: { coverage: Pick<CoverageStore, 'put'> },
): Promise<void> {
  await coverage.put({ msmeId: data.msmeId, version, needs: data.needs });
}

type Deps = { index: MapIndex };

export function showOnMapWhenMsmeIsListedOrUpdated(
  { subject, version, data }: EventOf<typeof msmeListed> | EventOf<typeof msmeUpdated>,
  { index }: Deps,
): void {
  index.put(subject, version, data);
}

export function takeOffMapWhenMsmeIsDelisted(
  { subject, version }: EventOf<typeof msmeDelisted>,
  { index }: Deps,
): void {
  index.put(subject, version, null);
}

export function showOpenNeedsOnMapWhenNeedCoverageChanged(
  { version, data }: EventOf<typeof needCoverageChanged>,
  { index }: Deps,
): void {
  index.putCoverage(data.msmeId, version, data.needs);
}
