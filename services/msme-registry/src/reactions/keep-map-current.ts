import type { EventOf, msmeDelisted, msmeListed, msmeUpdated, needCoverageChanged } from '@ksbb/contracts';
import type { MapIndex } from '../map-index/map-index.ts';

type Deps = { index: MapIndex };

export function showOnMap(
  { subject, version, data }: EventOf<typeof msmeListed> | EventOf<typeof msmeUpdated>,
  { index }: Deps,
): void {
  index.put(subject, version, data);
}

export function takeOffMap({ subject, version }: EventOf<typeof msmeDelisted>, { index }: Deps): void {
  index.put(subject, version, null);
}

export function showOpenNeedsOnMap({ version, data }: EventOf<typeof needCoverageChanged>, { index }: Deps): void {
  index.putCoverage(data.msmeId, version, data.needs);
}
