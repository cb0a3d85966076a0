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

type Column = Float64Array | Uint32Array | Uint16Array | Uint8Array;

const FIRST_CAPACITY = 4_096;
const CATEGORIES = msmeCategory.options;
const ORIGINS = msmeOrigin.options;
const PACKAGES = packageOfHelp.options;
/** In a list real places come first, then the MSMEs that officers registered, then the generated ones. */
const RANK_OF_ORIGIN = { openstreetmap: '0', registered: '1', generated: '2' } as const;

export type MsmeTable = ReturnType<typeof createMsmeTable>;

/** Typed arrays of one length that grow together by half at a time. New rows are 0. */
function growingColumns<Columns extends Record<string, Column>>(make: (capacity: number) => Columns) {
  let capacity = FIRST_CAPACITY;
  const columns = make(capacity);
  return {
    columns,
    /** Makes room for a row of this number. */
    reach: (row: number) => {
      if (row < capacity) return;
      capacity = Math.max(row + 1, Math.ceil(capacity * 1.5));
      const grown = make(capacity);
      for (const name of Object.keys(columns) as (keyof Columns)[]) {
        grown[name]?.set(columns[name] as Float64Array);
        columns[name] = grown[name];
      }
    },
  };
}

/** One bit for each package. */
const bitsOf = (packages: Iterable<PackageOfHelp>) => [...packages].reduce((bits, one) => bits | packageBit(one), 0);
export const packageBit = (one: PackageOfHelp) => 1 << PACKAGES.indexOf(one);

/**
 * What the map and the list show of every MSME, as one row in columns, about 200 bytes. A row is never removed: a
 * delisted MSME keeps its row, so that an older event about it can be recognised.
 */
export function createMsmeTable() {
  const rowById = new Map<string, number>();
  const ids: string[] = [];
  const names: string[] = [];
  const areas: Area[] = [];
  const areaByKode = new Map<string, number>();
  /** The rows in the order of the list, without those of `unordered`. */
  let ordered = new Uint32Array(0);
  let unordered: number[] = [];
  const { columns, reach } = growingColumns((capacity) => ({
    version: new Uint32Array(capacity),
    listed: new Uint8Array(capacity),
    /** NaN where the location is not known. */
    lat: new Float64Array(capacity),
    lon: new Float64Array(capacity),
    area: new Uint16Array(capacity),
    category: new Uint8Array(capacity),
    origin: new Uint8Array(capacity),
    declared: new Uint8Array(capacity),
    coverageVersion: new Uint32Array(capacity),
    openByCoverage: new Uint8Array(capacity),
  }));
  /** Counts changes, so that what is computed from the table can be recognised as outdated. */
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

  /** Where a row stands in a list. It never changes. */
  const keyOf = (row: number) => `${RANK_OF_ORIGIN[ORIGINS[columns.origin[row] ?? 0] ?? 'generated']}${ids[row] ?? ''}`;

  /** Every row in the order of the list. New rows are sorted and merged here, so a million of them cost one sort. */
  function orderedRows(): Uint32Array {
    if (unordered.length === 0) return ordered;
    const added = unordered
      .map((row) => ({ row, key: keyOf(row) }))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
    const merged = new Uint32Array(ordered.length + added.length);
    let from = 0;
    let to = 0;
    for (const { row, key } of added) {
      while (from < ordered.length && keyOf(ordered[from] ?? 0) < key) merged[to++] = ordered[from++] ?? 0;
      merged[to++] = row;
    }
    merged.set(ordered.subarray(from), to);
    [ordered, unordered] = [merged, []];
    return ordered;
  }

  return {
    columns,
    changes,
    areas,
    orderedRows,
    nameOf: (row: number) => names[row] ?? '',
    openBits,
    /** Stores the state of an MSME unless a newer one is known. `msme` is null where the MSME is delisted. */
    put: (id: string, version: number, msme: Msme | null): void => {
      const row = rowOf(id);
      if (version <= (columns.version[row] ?? 0)) return;
      columns.version[row] = version;
      columns.listed[row] = msme === null ? 0 : 1;
      changes.facts += 1;
      if (msme === null) return;
      if (names[row] === '') unordered.push(row);
      names[row] = msme.name;
      columns.lat[row] = msme.location?.lat ?? Number.NaN;
      columns.lon[row] = msme.location?.lon ?? Number.NaN;
      columns.area[row] = areaOf(msme.area);
      columns.category[row] = CATEGORIES.indexOf(msme.category);
      columns.origin[row] = ORIGINS.indexOf(msme.origin);
      columns.declared[row] = bitsOf(msme.needs.map((need) => need.package));
    },
    /** Stores the coverage of an MSME unless a newer one is known. It may arrive before the MSME itself. */
    putCoverage: (id: string, version: number, needs: readonly Pick<NeedCoverage, 'package' | 'open'>[]): void => {
      const row = rowOf(id);
      if (version <= (columns.coverageVersion[row] ?? 0)) return;
      const before = openBits(row);
      columns.coverageVersion[row] = version;
      columns.openByCoverage[row] = bitsOf(needs.filter((need) => need.open > 0).map((need) => need.package));
      if (openBits(row) !== before) changes.openness += 1;
    },
    keyOf,
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
