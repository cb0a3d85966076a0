import { msmeDelisted, msmeListed, msmeUpdated, needCoverageChanged } from '@ksbb/contracts';
import { type BroadcastSubscription, onBroadcast, on, type Subscription } from '@ksbb/messaging';
import type { MapIndex } from './map-index/map-index.ts';
import {
  showOnMapWhenMsmeIsListedOrUpdated,
  showOpenNeedsOnMapWhenNeedCoverageChanged,
  storeCoverageWhenNeedCoverageChanged,
  takeOffMapWhenMsmeIsDelisted,
} from './reactions.ts';
import type { CoverageStore } from './stores.ts';

/** Handled once, by one of the replicas. */
export const subscriptions: readonly Subscription<{ coverage: CoverageStore }>[] = [
  on(needCoverageChanged, 'newest-wins', storeCoverageWhenNeedCoverageChanged),
];

/** Handled by every replica, for the map index in its memory. */
export const broadcastSubscriptions: readonly BroadcastSubscription<{ index: MapIndex }>[] = [
  onBroadcast(msmeListed, showOnMapWhenMsmeIsListedOrUpdated),
  onBroadcast(msmeUpdated, showOnMapWhenMsmeIsListedOrUpdated),
  onBroadcast(msmeDelisted, takeOffMapWhenMsmeIsDelisted),
  onBroadcast(needCoverageChanged, showOpenNeedsOnMapWhenNeedCoverageChanged),
];
