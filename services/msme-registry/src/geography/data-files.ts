import { join } from 'node:path';

/** The repository's data folder; an image holds it at the same place. */
const folder = join(import.meta.dirname, '../../../../data');

export const boundariesFile = join(folder, 'jakarta.topo.json');
export const placesFile = join(folder, 'msme-places.csv');
export const kelurahanFile = join(folder, 'kelurahan-stats.csv');
