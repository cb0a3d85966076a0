import { type MsmeFilter, msmeCategory, msmeOrigin } from '@ksbb/contracts';
import { type MsmeTable, packageBit } from './table.ts';

/** Equal for equal filters. */
export function filterKey({ q, category, package: packageOf, kode, origin, open }: MsmeFilter): string {
  return JSON.stringify([
    q?.toLowerCase() ?? '',
    category ?? '',
    packageOf ?? '',
    kode ?? '',
    origin ?? '',
    open ?? '',
  ]);
}

/** Whether the filter depends on coverage, and not only on the MSMEs themselves. */
export const dependsOnOpenness = ({ open }: MsmeFilter) => open !== undefined;

/** For each area of the table: whether it is inside the filter, and whether its names contain the text. */
function byArea(table: MsmeTable, kode: string | undefined, q: string) {
  return table.areas.map(({ kodeKelurahan, kelurahan, kecamatan, kota }) => ({
    inside: kode === undefined || kodeKelurahan === kode || kodeKelurahan.startsWith(`${kode}.`),
    named: q !== '' && [kelurahan, kecamatan, kota].some((name) => name.toLowerCase().includes(q)),
  }));
}

/** Returns a predicate: whether a row of the table is on the map and passes the filter, as the table is now. */
export function filterOf(table: MsmeTable, filter: MsmeFilter): (row: number) => boolean {
  const { columns, nameOf, openBits } = table;
  const q = (filter.q ?? '').toLowerCase();
  const areas = byArea(table, filter.kode, q);
  const category = filter.category === undefined ? -1 : msmeCategory.options.indexOf(filter.category);
  const origin = filter.origin === undefined ? -1 : msmeOrigin.options.indexOf(filter.origin);
  const bits = filter.package === undefined ? 0 : packageBit(filter.package);
  const everyPackage = bits === 0 ? 0xff : bits;
  return (row) => {
    if (columns.listed[row] !== 1) return false;
    if (category >= 0 && columns.category[row] !== category) return false;
    if (origin >= 0 && columns.origin[row] !== origin) return false;
    if (bits !== 0 && ((columns.declared[row] ?? 0) & bits) === 0) return false;
    if (filter.open !== undefined && ((openBits(row) & everyPackage) !== 0) !== (filter.open === 'true')) return false;
    const area = areas[columns.area[row] ?? 0];
    if (area === undefined || !area.inside) return false;
    return q === '' || area.named || nameOf(row).toLowerCase().includes(q);
  };
}
