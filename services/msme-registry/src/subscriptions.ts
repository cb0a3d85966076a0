import { msmeDelisted, msmeListed, msmeUpdated, needCoverageChanged } from '@ksbb/contracts';
import { type BroadcastSubscription, onBroadcast, on, type Subscription } from '@ksbb/messaging';
import type { MapIndex } from './map-index/map-index.ts';
import { keepCoverageWhenNeedCoverageChanged } from './reactions/keep-coverage-when-need-coverage-changed.ts';
import { showOnMap, showOpenNeedsOnMap, takeOffMap } from './reactions/keep-map-current.ts';
import type { CoverageStore } from './stores/coverage-store.ts';

/** What is done about an event once, by whichever replica gets it. */
export const subscriptions: readonly Subscription<{ coverage: CoverageStore }>[] = [
  on(needCoverageChanged, 'newest-wins', keepCoverageWhenNeedCoverageChanged),
];

/** What every replica follows, to keep the map index that it has in memory. */
export const broadcastSubscriptions: readonly BroadcastSubscription<{ index: MapIndex }>[] = [
  onBroadcast(msmeListed, showOnMap),
  onBroadcast(msmeUpdated, showOnMap),
  onBroadcast(msmeDelisted, takeOffMap),
  onBroadcast(needCoverageChanged, showOpenNeedsOnMap),
];
