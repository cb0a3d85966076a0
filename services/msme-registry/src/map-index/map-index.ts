import type { MapView, Msme, MsmeFilter, MsmeSummary, NeedCoverage } from '@ksbb/contracts';
import { type Box, createClusters } from './clusters.ts';
import { dependsOnOpenness, filterKey, filterOf } from './filter.ts';
import { memoize } from './memo.ts';
import { createMsmeTable } from './table.ts';

/** At most about 100 bytes each. */
const MAX_CLUSTERED = 3_000_000;
/** 4 bytes each. */
const MAX_LISTED = 12_000_000;

type Page<Item> = { items: Item[]; total: number };

/**
 * Every MSME of the registry in memory, for the map, the list and the counts. States and coverage may arrive in any
 * order and more than once: the newest stays. Each replica has an index of its own.
 */
export type MapIndex = {
  /** `msme` is null where the MSME is delisted. */
  put: (msmeId: string, version: number, msme: Msme | null) => void;
  putCoverage: (msmeId: string, version: number, needs: readonly Pick<NeedCoverage, 'package' | 'open'>[]) => void;
  /**
   * Real places first, then by id. A cursor is the `nextCursor` of the page before. It stays valid when MSMEs change.
   */
  list: (filter: MsmeFilter, limit: number, cursor?: string) => Page<MsmeSummary> & { nextCursor: string | null };
  /** Clusters and points whose centre lies in the box. On a large registry a change shows after some seconds. */
  view: (filter: MsmeFilter, box: Box, zoom: number) => MapView;
  /** Members of a cluster that `view` returned for the same filter. Null where the points have changed since. */
  members: (filter: MsmeFilter, clusterId: number, limit: number, offset: number) => Page<MsmeSummary> | null;
  /** How many MSMEs match, by kelurahan code. A kelurahan with none may be missing. */
  countByKelurahan: (filter: MsmeFilter) => Map<string, number>;
};

/** @param clock milliseconds from some fixed point */
export function createMapIndex(clock: () => number = () => performance.now()): MapIndex {
  const table = createMsmeTable();
  const versionOf = (filter: MsmeFilter) =>
    table.changes.facts + (dependsOnOpenness(filter) ? table.changes.openness : 0);
  const matching = (filter: MsmeFilter) => table.orderedRows().filter(filterOf(table, filter));
  const common = { keyOf: filterKey, versionOf, clock };

  const rowsOf = memoize({
    ...common,
    compute: matching,
    sizeOf: (rows) => rows.length,
    maxSize: MAX_LISTED,
  });
  const clustersOf = memoize({
    ...common,
    compute: (filter: MsmeFilter) => createClusters(table, matching(filter)),
    sizeOf: ({ located }) => located,
    maxSize: MAX_CLUSTERED,
  });

  /** The position of the first row behind a cursor, by binary search. */
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
