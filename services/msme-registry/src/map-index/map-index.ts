import type { MapView, Msme, MsmeFilter, MsmeSummary, NeedCoverage } from '@ksbb/contracts';
import { createBuiltCache } from './built-cache.ts';
import { type Box, createClusters } from './clusters.ts';
import { dependsOnOpenness, filterKey, filterOf } from './filter.ts';
import { createOrderedRows } from './ordered-rows.ts';
import { createMsmeTable } from './table.ts';

/** About 100 bytes each at most. */
const MOST_CLUSTERED = 3_000_000;
/** 4 bytes each. */
const MOST_LISTED = 12_000_000;

type Page<Item> = { items: Item[]; total: number };

/**
 * What the map, the list and the counts are answered from: every MSME of the registry, in memory. It takes states and
 * coverage in any order, any number of times, and keeps the newest. Each replica has one of its own.
 */
export type MapIndex = {
  /** `msme` is null where the MSME is not on the map. */
  put: (msmeId: string, version: number, msme: Msme | null) => void;
  putCoverage: (msmeId: string, version: number, needs: readonly Pick<NeedCoverage, 'package' | 'open'>[]) => void;
  /** Real places first, then by id. A cursor is the `nextCursor` of the page before; it may outlive changes. */
  list: (filter: MsmeFilter, limit: number, cursor?: string) => Page<MsmeSummary> & { nextCursor: string | null };
  /** Clusters and points whose centre lies in the box. On a large registry changes show after some seconds. */
  view: (filter: MsmeFilter, box: Box, zoom: number) => MapView;
  /** Members of a cluster that `view` showed for the same filter; null where the points have changed since. */
  members: (filter: MsmeFilter, clusterId: number, limit: number, offset: number) => Page<MsmeSummary> | null;
  /** How many match, by kelurahan code; kelurahan with none may be missing. */
  countByKelurahan: (filter: MsmeFilter) => Map<string, number>;
};

/** @param clock milliseconds from some fixed point */
export function createMapIndex(clock: () => number = () => performance.now()): MapIndex {
  const table = createMsmeTable();
  const orderedRows = createOrderedRows(table);
  const stampOf = (filter: MsmeFilter) =>
    table.changes.facts + (dependsOnOpenness(filter) ? table.changes.openness : 0);
  const matching = (filter: MsmeFilter) => orderedRows().filter(filterOf(table, filter));
  const common = { keyOf: filterKey, stampOf, clock };

  const rowsOf = createBuiltCache({
    ...common,
    build: matching,
    weigh: (rows) => rows.length,
    mostWeight: MOST_LISTED,
  });
  const clustersOf = createBuiltCache({
    ...common,
    build: (filter: MsmeFilter) => createClusters(table, matching(filter)),
    weigh: ({ located }) => located,
    mostWeight: MOST_CLUSTERED,
  });

  /** Place of the first row that comes after a cursor. */
  function firstAfter(rows: Uint32Array, cursor: string): number {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (table.keyOf(rows[middle] ?? 0) > cursor) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  return {
    put: table.put,
    putCoverage: table.putCoverage,
    list: (filter, limit, cursor) => {
      const rows = rowsOf(filter);
      const from = cursor === undefined ? 0 : firstAfter(rows, cursor);
      const page = rows.subarray(from, from + limit);
      const last = page.at(-1);
      const nextCursor = last === undefined || from + limit >= rows.length ? null : table.keyOf(last);
      return { items: Array.from(page, table.summaryOf), nextCursor, total: rows.length };
    },
    view: (filter, box, zoom) => {
      const { view, located, unlocated } = clustersOf(filter);
      const { clusters, rows } = view(box, zoom);
      return { clusters, points: rows.map(table.summaryOf), unlocated, total: located + unlocated };
    },
    members: (filter, clusterId, limit, offset) => {
      const members = clustersOf(filter).members(clusterId, limit, offset);
      return members === null ? null : { items: members.rows.map(table.summaryOf), total: members.total };
    },
    countByKelurahan: (filter) => {
      const counts = new Map<string, number>();
      for (const row of rowsOf(filter)) {
        const { kodeKelurahan } = table.areas[table.columns.area[row] ?? 0] ?? { kodeKelurahan: '' };
        counts.set(kodeKelurahan, (counts.get(kodeKelurahan) ?? 0) + 1);
      }
      return counts;
    },
  };
}
