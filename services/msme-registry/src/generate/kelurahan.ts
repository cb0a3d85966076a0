import { readFile } from 'node:fs/promises';
import type { Area } from '@ksbb/contracts';
import { parse } from 'csv-parse/sync';
import { feature } from 'topojson-client';
import { boundariesFile, kelurahanFile } from '../geography/data-files.ts';
import { type Polygon, type Position, toPolygon } from '../geography/polygon.ts';

/** A kelurahan as the generator sees it. `upTo` is the sum of the weights of all kelurahan up to and with this one. */
export type Kelurahan = { area: Area; upTo: number; polygons: Polygon[]; labelPoint: { lat: number; lon: number } };

/** GeoJSON, of what the file holds. */
type Shape = {
  properties: { kode: string; label_lon: number; label_lat: number };
  geometry: { type: 'Polygon'; coordinates: Position[][] } | { type: 'MultiPolygon'; coordinates: Position[][][] };
};
type Row = { kode: string; kelurahan: string; kecamatan: string; kota: string; bobot_umkm: string };

async function readShapes(): Promise<Map<string, Pick<Kelurahan, 'polygons' | 'labelPoint'>>> {
  const topology = JSON.parse(await readFile(boundariesFile, 'utf8'));
  const { features } = feature(topology, topology.objects.kelurahan) as unknown as { features: Shape[] };
  return new Map(
    features.map(({ properties, geometry }) => {
      const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
      return [
        properties.kode,
        { polygons: polygons.map(toPolygon), labelPoint: { lat: properties.label_lat, lon: properties.label_lon } },
      ];
    }),
  );
}

/** Every kelurahan with its shape and its weight. @throws Error where the two data files do not match. */
export async function readKelurahan(): Promise<Kelurahan[]> {
  const shapes = await readShapes();
  const rows = parse(await readFile(kelurahanFile), { columns: true, bom: true }) as Row[];
  let upTo = 0;
  return rows.map(({ kode, kelurahan, kecamatan, kota, bobot_umkm: weight }) => {
    const shape = shapes.get(kode);
    if (shape === undefined || !(Number(weight) >= 0))
      throw new Error(`${kelurahanFile}: ${kode} has no shape or no weight`);
    upTo += Number(weight);
    return { area: { kodeKelurahan: kode, kelurahan, kecamatan, kota }, upTo, ...shape };
  });
}
