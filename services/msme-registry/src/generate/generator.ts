import type { MsmeCategory } from '@ksbb/contracts';
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon';
import { generatedNeeds } from './needs.ts';
import { randomOf, type Random } from './random.ts';
import type { Kelurahan, NewMsme, Part } from './source-data.ts';
import { OMENS, TRADES } from './trades.ts';

type Point = { lat: number; lon: number };

const SEED = 'ksbb-umkm-1';
const MAX_TRIES = 1_000;
const WITHOUT_LOCATION = 0.01;
/** Only verified MSMEs can receive a relend. */
const VERIFIED = 0.8;
/** The share of the MSMEs in a kelurahan with a market that are near it. */
const NEAR_A_MARKET = 0.3;
/** About 150 m, the standard deviation of the distance to the market. */
const MARKET_SPREAD_DEGREES = 0.00135;
const LOCATED_NAME = 0.3;

const categories = Object.keys(TRADES) as MsmeCategory[];

const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6;

function pickByShare<T>(items: readonly T[], share: (item: T) => number, at: number): T {
  let left = at * items.reduce((sum, item) => sum + share(item), 0);
  for (const item of items) {
    left -= share(item);
    if (left < 0) return item;
  }
  return items.at(-1) as T;
}

/** The first kelurahan whose running sum of weights is above `at`, by binary search. */
function pickKelurahan(kelurahan: readonly Kelurahan[], at: number): Kelurahan {
  const target = at * (kelurahan.at(-1)?.upTo ?? 0);
  let low = 0;
  let high = kelurahan.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((kelurahan[middle]?.upTo ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return kelurahan[low] as Kelurahan;
}

/** A random point inside one of the parts, chosen in proportion to their areas. Null where no try was inside. */
function pointInside(random: Random, parts: readonly Part[]): Point | null {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const part = pickByShare(parts, (candidate) => candidate.area, random.next());
    const [west, south, east, north] = part.bbox;
    const lon = round(west + random.next() * (east - west));
    const lat = round(south + random.next() * (north - south));
    if (booleanPointInPolygon([lon, lat], part)) return { lat, lon };
  }
  return null;
}

function pointNear(random: Random, market: Point, parts: readonly Part[]): Point | null {
  const lon = round(market.lon + random.normal() * MARKET_SPREAD_DEGREES);
  const lat = round(market.lat + random.normal() * MARKET_SPREAD_DEGREES);
  return parts.some((part) => booleanPointInPolygon([lon, lat], part)) ? { lat, lon } : null;
}

function place(random: Random, { parts, labelPoint }: Kelurahan, markets: readonly Point[]): Point | null {
  if (random.next() < WITHOUT_LOCATION) return null;
  const near =
    markets.length > 0 && random.next() < NEAR_A_MARKET ? pointNear(random, random.pick(markets), parts) : null;
  return near ?? pointInside(random, parts) ?? labelPoint;
}

/**
 * Returns the function that generates MSME number `k`, from 1. Each follows from `k` and the fixed seed alone, so a
 * larger number of MSMEs only extends the list. Locations follow the weights of the kelurahan.
 */
export function createGenerator(kelurahan: readonly Kelurahan[], places: readonly NewMsme[]): (k: number) => NewMsme {
  const markets = Map.groupBy(
    places.filter(({ facts }) => facts.category === 'pasar' && facts.location !== null),
    ({ facts }) => facts.area.kodeKelurahan,
  );
  return (k) => {
    const random = randomOf(`${SEED}/${k}`);
    const where = pickKelurahan(kelurahan, random.next());
    const { area } = where;
    const nearby = (markets.get(area.kodeKelurahan) ?? []).map(({ facts }) => facts.location as Point);
    const location = place(random, where, nearby);
    const category = pickByShare(categories, (candidate) => TRADES[candidate].share, random.next());
    const trade = random.pick(TRADES[category].trades);
    const name = `${trade.name} ${random.pick(OMENS)}${random.next() < LOCATED_NAME ? ` ${area.kelurahan}` : ''}`;
    return {
      msmeId: `gen-${String(k).padStart(7, '0')}`,
      facts: {
        name,
        category,
        origin: 'generated',
        sourceId: `generated:${k}`,
        profile: {
          id: `Data contoh, bukan usaha nyata: ${trade.id} di ${area.kelurahan}, ${area.kecamatan}.`,
          en: `Sample data, not a real business: ${trade.en} in ${area.kelurahan}, ${area.kecamatan}.`,
        },
        location,
        area,
        photos: [],
        needs: generatedNeeds(random, category),
        verified: random.next() < VERIFIED,
      },
    };
  };
}
