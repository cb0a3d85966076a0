import type { Route } from '@ksbb/service-kit';
import { declareNeeds } from './declare-needs/route.ts';
import { delistMsme } from './delist-msme/route.ts';
import type { Gazetteer } from './geography/gazetteer.ts';
import { listAreas } from './list-areas/route.ts';
import { listClusterMembers } from './list-cluster-members/route.ts';
import { listMsmes } from './list-msmes/route.ts';
import type { MapIndex } from './map-index/map-index.ts';
import { registerMsme } from './register-msme/route.ts';
import { relistMsme } from './relist-msme/route.ts';
import { showBoundaries } from './show-boundaries/route.ts';
import { showMap } from './show-map/route.ts';
import { showMsme } from './show-msme/route.ts';
import type { CoverageStore } from './stores/coverage-store.ts';
import type { MsmeStores } from './stores/msme-stores.ts';
import { verifyMsme } from './verify-msme/route.ts';

type Parts = {
  msmes: MsmeStores;
  coverage: CoverageStore;
  index: MapIndex;
  gazetteer: Gazetteer;
  clock: () => Date;
  operatorToken: string;
};

export const routes = (parts: Parts): Route[] => [
  listMsmes(parts),
  showMsme(parts),
  showMap(parts),
  listClusterMembers(parts),
  listAreas(parts),
  showBoundaries(parts),
  registerMsme(parts),
  declareNeeds(parts),
  verifyMsme(parts),
  delistMsme(parts),
  relistMsme(parts),
];
