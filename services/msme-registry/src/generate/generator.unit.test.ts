import { msme } from '@ksbb/contracts';
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon';
import { decide } from '../msme/decide.ts';
import { initialState } from '../msme/msme.ts';
import { createGenerator } from './generator.ts';
import { readKelurahan, readPlaces } from './source-data.ts';

const kelurahan = await readKelurahan();
const byKode = new Map(kelurahan.map((one) => [one.area.kodeKelurahan, one]));
const places = await readPlaces(new Map(kelurahan.map(({ area }) => [area.kodeKelurahan, area])));
const generate = createGenerator(kelurahan, places);
const numbers = Array.from({ length: 20_000 }, (_, at) => at + 1);
const sample = numbers.map(generate);

function metres(one: { lat: number; lon: number }, other: { lat: number; lon: number }): number {
  return 111_000 * Math.hypot(one.lat - other.lat, one.lon - other.lon);
}

describe('the generator', () => {
  test('gives the same MSME for the same number, whatever was asked before', () => {
    const again = createGenerator(kelurahan, places);
    for (const k of [19_999, 1, 777, 10_000]) expect(again(k)).toEqual(sample[k - 1]);
    expect(sample.slice(0, 3).map(({ msmeId, facts }) => [msmeId, facts.name])).toEqual([
      ['gen-0000001', 'Kios Sayur Teratai'],
      ['gen-0000002', 'Toko Alat Tulis Bintang Timur'],
      ['gen-0000003', 'Ayam Geprek Mutiara'],
    ]);
  });

  test('makes only MSMEs that can be listed, marked as generated', () => {
    for (const { msmeId, facts } of sample.slice(0, 3_000)) {
      const decided = decide(initialState, { type: 'list', msmeId, facts }, new Date(0));
      const [event] = Array.isArray(decided) ? decided : [];
      expect(msme.safeParse(event?.data).error).toBeUndefined();
      expect(facts).toMatchObject({
        origin: 'generated',
        photos: [],
        profile: {
          id: expect.stringContaining('bukan usaha nyata'),
          en: expect.stringContaining('not a real business'),
        },
      });
    }
  });

  test('places each inside its own kelurahan, or nowhere', () => {
    for (const { facts } of sample) {
      const parts = byKode.get(facts.area.kodeKelurahan)?.parts ?? [];
      const { location } = facts;
      if (location !== null)
        expect(parts.some((part) => booleanPointInPolygon([location.lon, location.lat], part))).toBe(true);
    }
    const nowhere = sample.filter(({ facts }) => facts.location === null).length / sample.length;
    expect(nowhere).toBeGreaterThan(0.005);
    expect(nowhere).toBeLessThan(0.015);
  });

  test('follows the weights of the kelurahan', () => {
    const counts = new Map(
      [...Map.groupBy(sample, ({ facts }) => facts.area.kodeKelurahan)].map(([kode, found]) => [kode, found.length]),
    );
    let before = 0;
    for (const { area, upTo } of kelurahan) {
      const expected = (upTo - before) * sample.length;
      // Five standard deviations of a Poisson count: about one in two million such differences is larger.
      expect(Math.abs((counts.get(area.kodeKelurahan) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
      before = upTo;
    }
  });

  test('scatters some around the real markets', () => {
    const markets = places.filter(({ facts }) => facts.category === 'pasar').map(({ facts }) => facts.location!);
    const near = sample.filter(
      ({ facts: { location } }) => location !== null && markets.some((market) => metres(market, location) < 200),
    );
    expect(near.length / sample.length).toBeGreaterThan(0.1);
  });

  test('gives 0 to 4 needs of distinct kinds', () => {
    const counts = new Set(sample.map(({ facts }) => facts.needs.length));
    expect([...counts].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('the real places', () => {
  test('are all there, each under an id of its own', () => {
    expect(places).toHaveLength(271);
    expect(new Set(places.map(({ msmeId }) => msmeId)).size).toBe(271);
    expect(places[0]).toMatchObject({
      msmeId: 'osm-way-352856285',
      facts: { name: 'Pasar Petojo', sourceId: 'osm:way/352856285', origin: 'openstreetmap' },
    });
  });

  test('each have goods, capital, a hard and a soft skills training, and say that these are examples', () => {
    for (const { msmeId, facts } of places) {
      const decided = decide(initialState, { type: 'list', msmeId, facts }, new Date(0));
      const [event] = Array.isArray(decided) ? decided : [];
      const { needs, profile } = msme.parse(event?.data);
      const kinds = needs.map((need) =>
        need.package === 'training' ? need.skill : need.package === 'goods' ? need.item : 'capital',
      );
      expect(kinds.sort()).toEqual(['capital', 'face-mask', 'hand-washing-station', 'hard', 'soft']);
      expect(profile.id).toContain('hanyalah contoh');
    }
  });

  test('are each inside the kelurahan that their row names, and in no other', () => {
    for (const { facts } of places) {
      const { lat, lon } = facts.location!;
      const inside = kelurahan.filter(({ parts }) => parts.some((part) => booleanPointInPolygon([lon, lat], part)));
      expect(inside.map(({ area }) => area.kodeKelurahan)).toEqual([facts.area.kodeKelurahan]);
    }
  });

  test('a place in no known kelurahan is refused by name', async () => {
    await expect(readPlaces(new Map())).rejects.toThrow('osm:way/352856285 has no known kelurahan');
  });
});
