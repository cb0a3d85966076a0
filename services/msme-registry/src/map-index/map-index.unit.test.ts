import type { Msme, MsmeFilter, NeedCoverage } from '@ksbb/contracts';
import { createGenerator } from '../generate/generator.ts';
import { randomOf } from '../generate/random.ts';
import { readKelurahan, readPlaces } from '../generate/source-data.ts';
import { decide } from '../msme/decide.ts';
import { evolve, initialState } from '../msme/msme.ts';
import type { Box } from './clusters.ts';
import { createMapIndex, type MapIndex } from './map-index.ts';

const kelurahan = await readKelurahan();
const places = await readPlaces(new Map(kelurahan.map(({ area }) => [area.kodeKelurahan, area])));
const generate = createGenerator(kelurahan, places);
const everything = [...places, ...Array.from({ length: 5_000 }, (_, at) => generate(at + 1))];

const msmes = everything.map(({ msmeId, facts }): Msme => {
  const decided = decide(initialState, { type: 'list', msmeId, facts }, new Date(0));
  const state = Array.isArray(decided) ? decided.reduce(evolve, initialState) : initialState;
  if (state.status !== 'listed') throw new Error(`${msmeId} was not listed`);
  return state.msme;
});

const jakarta: Box = { west: 106, south: -7, east: 107.5, north: -5 };
const packagesOf = (msme: Msme) => new Set(msme.needs.map((need) => need.package));

/** Its clock stands still: nothing seems dear to build on a busy machine, so every change shows at once. */
const fresh = () => createMapIndex(() => 0);

function filled(some: readonly Msme[] = msmes): MapIndex {
  const index = fresh();
  for (const msme of some) index.put(msme.msmeId, 1, msme);
  return index;
}

function listAll(index: MapIndex, filter: MsmeFilter = {}, limit = 200): string[] {
  const ids: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = index.list(filter, limit, cursor);
    ids.push(...page.items.map((item) => item.msmeId));
    cursor = page.nextCursor;
  }
  return ids;
}

/** Everything a cluster says it holds. */
function membersOf(index: MapIndex, filter: MsmeFilter, clusterId: number): string[] {
  const ids: string[] = [];
  for (let offset = 0; ; offset += 200) {
    const page = index.members(filter, clusterId, 200, offset);
    ids.push(...(page?.items ?? []).map((item) => item.msmeId));
    if (page === null || ids.length >= page.total) return ids;
  }
}

const filters: [string, MsmeFilter, (msme: Msme) => boolean][] = [
  ['nothing', {}, () => true],
  ['a category', { category: 'kuliner' }, (msme) => msme.category === 'kuliner'],
  ['an origin', { origin: 'openstreetmap' }, (msme) => msme.origin === 'openstreetmap'],
  ['a package', { package: 'capital' }, (msme) => packagesOf(msme).has('capital')],
  ['a kota', { kode: '31.73' }, (msme) => msme.area.kodeKelurahan.startsWith('31.73.')],
  ['a kecamatan', { kode: '31.73.01' }, (msme) => msme.area.kodeKelurahan.startsWith('31.73.01.')],
  ['a kelurahan', { kode: '31.71.01.1003' }, (msme) => msme.area.kodeKelurahan === '31.71.01.1003'],
  ['something open', { open: 'true' }, (msme) => msme.needs.length > 0],
  ['nothing open', { open: 'false' }, (msme) => msme.needs.length === 0],
  ['a word of a name', { q: 'BERKAH' }, (msme) => msme.name.toLowerCase().includes('berkah')],
  [
    'a word of an area',
    { q: 'gambir' },
    (msme) =>
      [msme.name, msme.area.kelurahan, msme.area.kecamatan, msme.area.kota].some((name) =>
        name.toLowerCase().includes('gambir'),
      ),
  ],
  [
    'several at once',
    { q: 'warung', category: 'kuliner', package: 'goods', open: 'true', kode: '31.75' },
    (msme) =>
      /warung/i.test(msme.name) &&
      msme.category === 'kuliner' &&
      packagesOf(msme).has('goods') &&
      msme.area.kodeKelurahan.startsWith('31.75.'),
  ],
];

describe.each(filters)('filtered by %s', (_name, filter, passes) => {
  const index = filled();
  const expected = msmes.filter(passes);
  const located = expected.filter((msme) => msme.location !== null);

  test('the list has exactly the MSMEs that pass, each once, real places first', () => {
    const rank = { openstreetmap: 0, registered: 1, generated: 2 };
    const inOrder = expected.toSorted(
      (one, other) => rank[one.origin] - rank[other.origin] || (one.msmeId < other.msmeId ? -1 : 1),
    );
    expect(expected.length).toBeGreaterThan(0);
    expect(listAll(index, filter)).toEqual(inOrder.map((msme) => msme.msmeId));
    expect(index.list(filter, 1).total).toBe(expected.length);
  });

  test('the counts by kelurahan are exact', () => {
    const counts = [...Map.groupBy(expected, (msme) => msme.area.kodeKelurahan)].map(
      ([kode, group]) => [kode, group.length] as const,
    );
    expect(index.countByKelurahan(filter)).toEqual(new Map(counts));
  });

  test.each([0, 9, 11, 13, 15, 17])(
    'at zoom %d clusters and points contain every located MSME once, and each cluster has as many as it counts',
    (zoom) => {
      const view = index.view(filter, jakarta, zoom);
      const members = view.clusters.map(({ clusterId }) => membersOf(index, filter, clusterId));
      expect(members.map((ids) => ids.length)).toEqual(view.clusters.map(({ count }) => count));
      const shown = [...members.flat(), ...view.points.map((point) => point.msmeId)];
      expect(shown.sort()).toEqual(located.map((msme) => msme.msmeId).sort());
      expect(view).toMatchObject({ total: expected.length, unlocated: expected.length - located.length });
    },
  );
});

describe('a view', () => {
  const index = filled();

  test('of a random box at a high zoom has exactly the MSMEs in it', () => {
    const random = randomOf('boxes');
    for (let boxes = 0; boxes < 200; boxes += 1) {
      const [west, south] = [106.7 + random.next() * 0.25, -6.35 + random.next() * 0.25];
      const box = { west, south, east: west + random.next() * 0.02, north: south + random.next() * 0.02 };
      const inside = msmes.filter(
        ({ location: at }) =>
          at !== null && at.lon > box.west && at.lon < box.east && at.lat > box.south && at.lat < box.north,
      );
      const { clusters, points } = index.view({}, box, 20);
      expect(clusters).toEqual([]);
      expect(points.map((point) => point.msmeId).sort()).toEqual(inside.map((msme) => msme.msmeId).sort());
    }
  });

  test('of a large box at a high zoom is answered at a lower zoom', () => {
    const { clusters, points } = index.view({}, jakarta, 20);
    expect(clusters.length + points.length).toBeLessThan(1_001);
    expect(clusters.length).toBeGreaterThan(0);
  });

  test('shows a cluster apart at its expansion zoom', () => {
    const [cluster] = index.view({}, jakarta, 10).clusters;
    const { lat, lon, clusterId, expansionZoom, count } = cluster!;
    const ids = new Set(membersOf(index, {}, clusterId));
    const half = 200 / 2 ** expansionZoom;
    const closer = index.view(
      {},
      { west: lon - half, east: lon + half, south: lat - half, north: lat + half },
      expansionZoom,
    );
    const parts = closer.clusters.filter((part) => membersOf(index, {}, part.clusterId).every((id) => ids.has(id)));
    expect(parts.length + closer.points.filter((point) => ids.has(point.msmeId)).length).toBeGreaterThan(1);
    expect(parts.every((part) => part.count < count)).toBe(true);
  });
});

describe('a cluster id', () => {
  const firstCluster = (index: MapIndex, filter: MsmeFilter = {}) =>
    index.view(filter, jakarta, 9).clusters[0]!.clusterId;

  test('means the same on a replica that received the MSMEs in another order', () => {
    const [one, other] = [filled(), filled(msmes.toReversed())];
    const clusterId = firstCluster(one);
    expect(membersOf(other, {}, clusterId)).toEqual(membersOf(one, {}, clusterId));
  });

  test('is invalid under other filters, when it is invented, and after an MSME was added, moved or delisted', () => {
    const index = filled(msmes.slice(0, 400));
    const clusterId = firstCluster(index);
    expect(index.members({ category: 'pasar' }, clusterId, 10, 0)).toBeNull();
    expect(index.members({}, clusterId + 2 ** 26, 10, 0)).toBeNull();
    expect(index.members({}, 5, 10, 0)).toBeNull();
    index.put('reg-new', 1, { ...msmes[0]!, msmeId: 'reg-new', origin: 'registered' });
    expect(index.members({}, clusterId, 10, 0)).toBeNull();
    const next = firstCluster(index);
    index.put('reg-new', 2, {
      ...msmes[0]!,
      msmeId: 'reg-new',
      origin: 'registered',
      location: { lat: -6.2, lon: 106.8 },
    });
    expect(index.members({}, next, 10, 0)).toBeNull();
    index.put('reg-new', 3, null);
    expect(index.members({}, clusterId, 10, 0)?.total).toBeGreaterThan(1);
  });

  test('stays valid while only coverage changes', () => {
    const index = filled();
    const clusterId = firstCluster(index);
    index.putCoverage(msmes[0]!.msmeId, 1, []);
    expect(index.members({}, clusterId, 10, 0)?.items).toHaveLength(10);
  });
});

describe('versions', () => {
  const [msme] = msmes as [Msme];
  const coverage = (open: number): Pick<NeedCoverage, 'package' | 'open'>[] => [
    { package: 'goods', open },
    { package: 'capital', open: 0 },
  ];
  const shown = (index: MapIndex) => index.list({}, 10).items;

  test('an older state is ignored, also one from before a delisting', () => {
    const index = fresh();
    index.put(msme.msmeId, 2, { ...msme, name: 'Baru' });
    index.put(msme.msmeId, 1, msme);
    expect(shown(index)).toMatchObject([{ name: 'Baru' }]);
    index.put(msme.msmeId, 3, null);
    index.put(msme.msmeId, 2, { ...msme, name: 'Baru' });
    expect(shown(index)).toEqual([]);
    index.put(msme.msmeId, 4, msme);
    expect(shown(index)).toMatchObject([{ name: msme.name }]);
  });

  test('openness follows the declared needs until there is coverage, in any order of arrival', () => {
    const index = fresh();
    index.put(msme.msmeId, 1, msme);
    expect(shown(index)[0]?.openNeeds).toEqual(['goods', 'capital', 'training']);
    index.putCoverage(msme.msmeId, 2, coverage(5));
    index.putCoverage(msme.msmeId, 1, coverage(0));
    expect(shown(index)[0]?.openNeeds).toEqual(['goods']);

    const early = fresh();
    early.putCoverage(msme.msmeId, 2, coverage(5));
    expect(shown(early)).toEqual([]);
    early.put(msme.msmeId, 1, msme);
    expect(shown(early)[0]?.openNeeds).toEqual(['goods']);
  });

  test('a filter by openness follows the coverage, also for one package', () => {
    const index = filled([msme]);
    const total = (filter: MsmeFilter) => index.list(filter, 1).total;
    expect([total({ open: 'true' }), total({ open: 'true', package: 'capital' })]).toEqual([1, 1]);
    index.putCoverage(msme.msmeId, 1, coverage(5));
    expect([
      total({ open: 'true' }),
      total({ open: 'true', package: 'capital' }),
      total({ open: 'false', package: 'capital' }),
    ]).toEqual([1, 0, 1]);
    index.putCoverage(msme.msmeId, 2, coverage(0));
    expect([total({ open: 'true' }), total({ open: 'false' })]).toEqual([0, 1]);
  });

  test('a cursor stays at its place when MSMEs are added before and after it', () => {
    const some = msmes.slice(0, 6);
    const index = filled([some[1]!, some[3]!]);
    const first = index.list({}, 1);
    for (const one of some) index.put(one.msmeId, 1, one);
    const rest = index.list({}, 10, first.nextCursor!);
    const after = some.map((one) => one.msmeId).filter((id) => id > first.items[0]!.msmeId);
    expect(rest.items.map((item) => item.msmeId)).toEqual(after.sort());
    expect(rest.nextCursor).toBeNull();
  });
});
