import {
  type Area,
  type Msme,
  msmeCategory,
  type MsmeSummary,
  msmeOrigin,
  type NeedCoverage,
  packageOfHelp,
  type PackageOfHelp,
} from '@ksbb/contracts';
import { growingColumns } from './columns.ts';

const CATEGORIES = msmeCategory.options;
const ORIGINS = msmeOrigin.options;
const PACKAGES = packageOfHelp.options;
/** Real places come first in a list, then what officers entered, then what was made up. */
const RANK_OF_ORIGIN = { openstreetmap: '0', registered: '1', generated: '2' } as const;

export type MsmeTable = ReturnType<typeof createMsmeTable>;

/** One bit for each package. */
const bitsOf = (packages: Iterable<PackageOfHelp>) => [...packages].reduce((bits, one) => bits | packageBit(one), 0);
export const packageBit = (one: PackageOfHelp) => 1 << PACKAGES.indexOf(one);

/**
 * What the map and the list show of every MSME, a row each in columns, some 200 bytes. Rows are numbered as they come and
 * never go: one that is off the map keeps its row, so that an old event about it can be told from a new one.
 */
export function createMsmeTable() {
  const rowById = new Map<string, number>();
  const ids: string[] = [];
  const names: string[] = [];
  const areas: Area[] = [];
  const areaByKode = new Map<string, number>();
  /** Rows that were given a place in the list since somebody last took this. */
  let newcomers: number[] = [];
  const { columns, reach } = growingColumns((capacity) => ({
    version: new Uint32Array(capacity),
    listed: new Uint8Array(capacity),
    /** NaN where the place is not known. */
    lat: new Float64Array(capacity),
    lon: new Float64Array(capacity),
    area: new Uint16Array(capacity),
    category: new Uint8Array(capacity),
    origin: new Uint8Array(capacity),
    declared: new Uint8Array(capacity),
    coverageVersion: new Uint32Array(capacity),
    openByCoverage: new Uint8Array(capacity),
  }));
  /** Counts changes, so that what was worked out from the table can tell whether it still holds. */
  const changes = { facts: 0, openness: 0 };

  function rowOf(id: string): number {
    const known = rowById.get(id);
    if (known !== undefined) return known;
    const row = ids.length;
    reach(row);
    rowById.set(id, row);
    ids.push(id);
    names.push('');
    return row;
  }

  function areaOf(area: Area): number {
    const known = areaByKode.get(area.kodeKelurahan);
    if (known !== undefined) return known;
    areaByKode.set(area.kodeKelurahan, areas.length);
    return areas.push(area) - 1;
  }

  const openBits = (row: number) =>
    (columns.coverageVersion[row] ? columns.openByCoverage[row] : columns.declared[row]) ?? 0;

  return {
    columns,
    changes,
    areas,
    takeNewcomers: () => {
      const taken = newcomers;
      newcomers = [];
      return taken;
    },
    nameOf: (row: number) => names[row] ?? '',
    openBits,
    /** Takes the state of an MSME unless a newer one is known. `msme` is null where it is not on the map. */
    put: (id: string, version: number, msme: Msme | null): void => {
      const row = rowOf(id);
      if (version <= (columns.version[row] ?? 0)) return;
      columns.version[row] = version;
      columns.listed[row] = msme === null ? 0 : 1;
      changes.facts += 1;
      if (msme === null) return;
      if (names[row] === '') newcomers.push(row);
      names[row] = msme.name;
      columns.lat[row] = msme.location?.lat ?? Number.NaN;
      columns.lon[row] = msme.location?.lon ?? Number.NaN;
      columns.area[row] = areaOf(msme.area);
      columns.category[row] = CATEGORIES.indexOf(msme.category);
      columns.origin[row] = ORIGINS.indexOf(msme.origin);
      columns.declared[row] = bitsOf(msme.needs.map((need) => need.package));
    },
    /** Takes what the needs board says of an MSME unless something newer is known. It may come before the MSME itself. */
    putCoverage: (id: string, version: number, needs: readonly Pick<NeedCoverage, 'package' | 'open'>[]): void => {
      const row = rowOf(id);
      if (version <= (columns.coverageVersion[row] ?? 0)) return;
      const before = openBits(row);
      columns.coverageVersion[row] = version;
      columns.openByCoverage[row] = bitsOf(needs.filter((need) => need.open > 0).map((need) => need.package));
      if (openBits(row) !== before) changes.openness += 1;
    },
    /** Where a row stands in a list. It never changes. */
    keyOf: (row: number) => `${RANK_OF_ORIGIN[ORIGINS[columns.origin[row] ?? 0] ?? 'generated']}${ids[row] ?? ''}`,
    isLocated: (row: number) => !Number.isNaN(columns.lat[row]),
    summaryOf: (row: number): MsmeSummary => {
      const [lat = Number.NaN, lon = Number.NaN] = [columns.lat[row], columns.lon[row]];
      const bits = openBits(row);
      return {
        msmeId: ids[row] ?? '',
        name: names[row] ?? '',
        category: CATEGORIES[columns.category[row] ?? 0] ?? 'lainnya',
        origin: ORIGINS[columns.origin[row] ?? 0] ?? 'generated',
        location: Number.isNaN(lat) ? null : { lat, lon },
        area: areas[columns.area[row] ?? 0] as Area,
        openNeeds: PACKAGES.filter((one) => (bits & packageBit(one)) !== 0),
      };
    },
  };
}
