import { readFile } from 'node:fs/promises';
import { type Area, msmeCategory, type MsmeCategory } from '@ksbb/contracts';
import { area as areaOf } from '@turf/area';
import { bbox } from '@turf/bbox';
import { parse } from 'csv-parse/sync';
import type { Polygon, Position } from 'geojson';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { boundariesFile, kelurahanFile, placesFile } from '../gazetteer.ts';
import type { MsmeFacts } from '../msme/decide.ts';
import { exampleNeeds } from './needs.ts';
import { randomOf } from './random.ts';

/** A part of a kelurahan. `bbox` is [west, south, east, north]; `area` is in square metres. */
export type Part = Polygon & { bbox: [number, number, number, number]; area: number };

/** `upTo` is the sum of the weights of all kelurahan up to this one, included. */
export type Kelurahan = { area: Area; upTo: number; parts: Part[]; labelPoint: { lat: number; lon: number } };

type Boundaries = Topology<{ kelurahan: GeometryCollection<{ kode: string; label_lon: number; label_lat: number }> }>;
type KelurahanRow = { kode: string; kelurahan: string; kecamatan: string; kota: string; bobot_umkm: string };

function toPart(coordinates: Position[][]): Part {
  const polygon: Polygon = { type: 'Polygon', coordinates };
  const [west, south, east, north] = bbox(polygon);
  return { ...polygon, bbox: [west, south, east, north], area: areaOf(polygon) };
}

async function readShapes(): Promise<Map<string, Pick<Kelurahan, 'parts' | 'labelPoint'>>> {
  const topology: Boundaries = JSON.parse(await readFile(boundariesFile, 'utf8'));
  const { features } = feature(topology, topology.objects.kelurahan);
  return new Map(
    features.map(({ properties: { kode, label_lat: lat, label_lon: lon }, geometry }) => {
      if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon')
        throw new Error(`${boundariesFile}: ${kode} is not a polygon`);
      const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
      return [kode, { parts: polygons.map(toPart), labelPoint: { lat, lon } }];
    }),
  );
}

/** Every kelurahan with its shape and its weight. @throws Error where the two data files do not match */
export async function readKelurahan(): Promise<Kelurahan[]> {
  const shapes = await readShapes();
  const rows = parse<KelurahanRow>(await readFile(kelurahanFile), { columns: true, bom: true });
  let upTo = 0;
  return rows.map(({ kode, kelurahan, kecamatan, kota, bobot_umkm: weight }) => {
    const shape = shapes.get(kode);
    if (shape === undefined || !(Number(weight) >= 0))
      throw new Error(`${kelurahanFile}: ${kode} has no shape or no weight`);
    upTo += Number(weight);
    return { area: { kodeKelurahan: kode, kelurahan, kecamatan, kota }, upTo, ...shape };
  });
}

/** An MSME before it is listed. */
export type NewMsme = { msmeId: string; facts: MsmeFacts };

type PlaceRow = Record<'source_id' | 'name' | 'category' | 'lat' | 'lon' | 'kode_kelurahan', string>;

const WHAT: Record<MsmeCategory, { id: string; en: string }> = {
  pasar: { id: 'Pasar', en: 'A market' },
  kuliner: { id: 'Tempat makan', en: 'A place to eat' },
  toko: { id: 'Toko', en: 'A shop' },
  jasa: { id: 'Usaha jasa', en: 'A service business' },
  kerajinan: { id: 'Usaha kerajinan', en: 'A craft business' },
  lainnya: { id: 'Usaha rumahan', en: 'A home industry' },
};

function profile(category: MsmeCategory, { kelurahan, kecamatan }: Area) {
  const { id, en } = WHAT[category];
  return {
    id:
      `${id} di ${kelurahan}, ${kecamatan}. Nama dan lokasi dari OpenStreetMap; ` +
      'kebutuhan yang tertulis hanyalah contoh, bukan pernyataan tempat ini.',
    en:
      `${en} in ${kelurahan}, ${kecamatan}. Name and place are from OpenStreetMap; ` +
      'the needs shown are examples, not stated by this place.',
  };
}

/**
 * The real places of data/msme-places.csv (© OpenStreetMap contributors, ODbL). OpenStreetMap has no needs, so each
 * place gets example needs, and its profile says so.
 * @throws Error that names a malformed row
 */
export async function readPlaces(areas: ReadonlyMap<string, Area>): Promise<NewMsme[]> {
  const rows = parse<PlaceRow>(await readFile(placesFile), { columns: true, bom: true });
  return rows.map((row) => {
    const area = areas.get(row.kode_kelurahan);
    const category = msmeCategory.safeParse(row.category).data;
    const location = { lat: Number(row.lat), lon: Number(row.lon) };
    if (area === undefined || category === undefined || Number.isNaN(location.lat + location.lon)) {
      throw new Error(
        `${placesFile}: the row of ${row.source_id} has no known kelurahan, no known category or no place`,
      );
    }
    return {
      msmeId: row.source_id.replaceAll(/[:/]/g, '-'),
      facts: {
        name: row.name,
        category,
        origin: 'openstreetmap',
        sourceId: row.source_id,
        profile: profile(category, area),
        location,
        area,
        photos: [],
        verified: false,
        needs: exampleNeeds(randomOf(row.source_id), category),
      },
    };
  });
}
