import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Area } from '@ksbb/contracts';

/** The repository's data folder. An image has it at the same place. */
const folder = join(import.meta.dirname, '../../../data');

export const boundariesFile = join(folder, 'jakarta.topo.json');
export const placesFile = join(folder, 'msme-places.csv');
export const kelurahanFile = join(folder, 'kelurahan-stats.csv');

type Level = 'kota' | 'kecamatan' | 'kelurahan';
export type NamedArea = { kode: string; level: Level; name: string; parent: string | null };

export type Gazetteer = {
  /** Every kota, kecamatan and kelurahan, ordered by level and code. */
  areas: readonly NamedArea[];
  kelurahan: (kode: string) => Area | undefined;
  /** Whether a point lies in the box around the province. */
  contains: (point: { lat: number; lon: number }) => boolean;
  /** The boundaries file, byte for byte, and its strong ETag. */
  topology: { bytes: Buffer; etag: string };
};

type Properties = {
  kode: string;
  nama: string;
  kode_kecamatan?: string;
  kecamatan?: string;
  kode_kota?: string;
  kota?: string;
};
type Topology = {
  bbox: [number, number, number, number];
  objects: Record<Level, { geometries: { properties: Properties }[] }>;
};

/** Reads names, codes and boundaries from data/jakarta.topo.json. It does not keep the parsed shapes. */
export async function openGazetteer(): Promise<Gazetteer> {
  const bytes = await readFile(boundariesFile);
  const { bbox, objects } = JSON.parse(bytes.toString('utf8')) as Topology;
  const [west, south, east, north] = bbox;
  const areas = (['kota', 'kecamatan', 'kelurahan'] as const).flatMap((level) =>
    objects[level].geometries
      .map(({ properties }) => ({
        kode: properties.kode,
        level,
        name: properties.nama,
        // A kelurahan has both codes, a kecamatan has that of its kota, a kota has none.
        parent: properties.kode_kecamatan ?? properties.kode_kota ?? null,
      }))
      .sort((one, other) => (one.kode < other.kode ? -1 : 1)),
  );
  const kelurahan = new Map(
    objects.kelurahan.geometries.map(({ properties: { kode, nama, kecamatan = '', kota = '' } }): [string, Area] => [
      kode,
      { kodeKelurahan: kode, kelurahan: nama, kecamatan, kota },
    ]),
  );
  return {
    areas,
    kelurahan: (kode) => kelurahan.get(kode),
    contains: ({ lat, lon }) => lon >= west && lon <= east && lat >= south && lat <= north,
    topology: { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` },
  };
}
