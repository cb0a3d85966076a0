import type { MsmeCategory } from '@ksbb/contracts';
import { isInside, type Polygon } from '../geography/polygon.ts';
import type { Kelurahan } from './kelurahan.ts';
import { generatedNeeds } from './needs.ts';
import type { NewMsme } from './places.ts';
import { randomOf, type Random } from './random.ts';
import { OMENS, TRADES } from './trades.ts';

type Point = { lat: number; lon: number };

const SEED = 'ksbb-umkm-1';
const TRIES = 1_000;
const WITHOUT_LOCATION = 0.01;
/** Repaid money is lent on to verified MSMEs only. */
const VERIFIED = 0.8;
/** Of those in a kelurahan with a market, how many stand near one. */
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

/** The first kelurahan whose running sum of weights is above `at`, by halving. */
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

/** A point inside one of the polygons, each as likely as its area says; null where chance found none. */
function pointInside(random: Random, polygons: readonly Polygon[]): Point | null {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const polygon = pickByShare(polygons, (candidate) => candidate.area, random.next());
    const lon = round(polygon.west + random.next() * (polygon.east - polygon.west));
    const lat = round(polygon.south + random.next() * (polygon.north - polygon.south));
    if (isInside(polygon, lon, lat)) return { lat, lon };
  }
  return null;
}

function pointNear(random: Random, market: Point, polygons: readonly Polygon[]): Point | null {
  const lon = round(market.lon + random.normal() * MARKET_SPREAD_DEGREES);
  const lat = round(market.lat + random.normal() * MARKET_SPREAD_DEGREES);
  return polygons.some((polygon) => isInside(polygon, lon, lat)) ? { lat, lon } : null;
}

function place(random: Random, { polygons, labelPoint }: Kelurahan, markets: readonly Point[]): Point | null {
  if (random.next() < WITHOUT_LOCATION) return null;
  const near =
    markets.length > 0 && random.next() < NEAR_A_MARKET ? pointNear(random, random.pick(markets), polygons) : null;
  return near ?? pointInside(random, polygons) ?? labelPoint;
}

/**
 * Gives the function that makes up MSME number `k`, from 1. It depends on `k` and the fixed seed alone, so more of them only
 * extend the list. Places follow the weights of the kelurahan.
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
