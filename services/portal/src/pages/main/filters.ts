import { msmeCategory, type MsmeCategory, msmeId, type PackageOfHelp, packageOfHelp } from '@ksbb/contracts';
import type { RegistryFilter } from '../../services/clients.ts';

/** The most MSMEs in one commitment: its lines are limited, and a person must be able to check the form. */
export const MAX_SELECTED = 20;

/** The state of the main page, which its address holds: filters, page of the list and selection. */
export type Filters = {
  q: string;
  package: PackageOfHelp | undefined;
  category: MsmeCategory | undefined;
  kecamatan: string | undefined;
  kelurahan: string | undefined;
  open: boolean;
  cursor: string | undefined;
  selected: readonly string[];
};

const KECAMATAN = /^\d{2}\.\d{2}\.\d{2}$/;
const KELURAHAN = /^\d{2}\.\d{2}\.\d{2}\.\d{4}$/;

function matching(query: URLSearchParams, name: string, pattern: RegExp): string | undefined {
  const value = query.get(name) ?? '';
  return pattern.test(value) ? value : undefined;
}

/** The selected MSMEs in the order of the address, without repeats. Values that are no MSME id are left out. */
export function readSelection(query: URLSearchParams): string[] {
  return [...new Set(query.getAll('msme'))].filter((value) => msmeId.safeParse(value).success);
}

/**
 * Reads the address of the main page. Values that are not valid are left out, because people share and shorten
 * addresses. A kelurahan outside the chosen kecamatan is left out too.
 */
export function readFilters(query: URLSearchParams): Filters {
  const kecamatan = matching(query, 'kecamatan', KECAMATAN);
  const kelurahan = matching(query, 'kelurahan', KELURAHAN);
  return {
    q: (query.get('q') ?? '').trim().slice(0, 100),
    package: packageOfHelp.safeParse(query.get('package')).data,
    category: msmeCategory.safeParse(query.get('category')).data,
    kecamatan,
    kelurahan: kecamatan !== undefined && kelurahan?.startsWith(`${kecamatan}.`) ? kelurahan : undefined,
    open: query.get('open') === 'true',
    cursor: query.get('cursor')?.slice(0, 200) || undefined,
    selected: readSelection(query),
  };
}

/** The shortest query with the same meaning. */
export function writeFilters(filters: Filters): URLSearchParams {
  const { q, category, kecamatan, kelurahan, open, cursor, selected } = filters;
  const fields = { q, package: filters.package, category, kecamatan, kelurahan, open: open ? 'true' : '', cursor };
  return new URLSearchParams([
    ...Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ...selectionQuery(selected),
  ]);
}

/** The filters as query parameters of the registry. */
export function registryFilter(filters: Filters): RegistryFilter {
  return {
    q: filters.q === '' ? undefined : filters.q,
    package: filters.package,
    category: filters.category,
    kode: filters.kelurahan ?? filters.kecamatan,
    open: filters.open ? 'true' : undefined,
  };
}

/** The query with the selection only, for links to other pages. */
export function selectionQuery(selected: readonly string[]): URLSearchParams {
  return new URLSearchParams(selected.map((id) => ['msme', id]));
}
