import { readFile } from 'node:fs/promises';
import { type Area, msmeCategory, type MsmeCategory } from '@ksbb/contracts';
import { parse } from 'csv-parse/sync';
import { placesFile } from '../geography/data-files.ts';
import type { MsmeFacts } from '../msme/decide.ts';
import { exampleNeeds } from './needs.ts';
import { randomOf } from './random.ts';

export type NewMsme = { msmeId: string; facts: MsmeFacts };

type Row = Record<'source_id' | 'name' | 'category' | 'lat' | 'lon' | 'kode_kelurahan', string>;

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
    id: `${id} di ${kelurahan}, ${kecamatan}. Nama dan lokasi dari OpenStreetMap; kebutuhan yang tertulis hanyalah contoh, bukan pernyataan tempat ini.`,
    en: `${en} in ${kelurahan}, ${kecamatan}. Name and place are from OpenStreetMap; the needs shown are examples, not stated by this place.`,
  };
}

/**
 * The real places of data/msme-places.csv (© OpenStreetMap contributors, ODbL). OpenStreetMap knows no needs: each place
 * gets example needs, which its profile says.
 * @throws Error that names the row which is not as it should be
 */
export async function readPlaces(areas: ReadonlyMap<string, Area>): Promise<NewMsme[]> {
  const rows = parse(await readFile(placesFile), { columns: true, bom: true }) as Row[];
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
