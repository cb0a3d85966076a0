import { readFileSync } from 'node:fs';
import { type Institution, institutionList } from '@ksbb/contracts';
import { defineRoute, fieldErrors, type Route } from '@ksbb/service-kit';

type About = Pick<Institution, 'institutionId' | 'name' | 'kind' | 'packages'>;

const amil = { id: 'Lembaga amil zakat', en: 'Zakat institution' };

/*
 * The institutions are real. Their accounts and contacts are invented: each is marked as an example, and none looks
 * like an account or a phone number that somebody could have.
 */
const institutionsOfJakarta: About[] = [
  {
    institutionId: 'baznas-bazis-dki',
    name: 'Baznas (Bazis) DKI Jakarta',
    kind: { id: 'Badan amil zakat daerah', en: 'Regional zakat agency' },
    packages: ['goods', 'capital', 'training'],
  },
  { institutionId: 'rumah-zakat', name: 'Rumah Zakat', kind: amil, packages: ['goods', 'capital', 'training'] },
  { institutionId: 'dompet-dhuafa', name: 'Dompet Dhuafa', kind: amil, packages: ['goods', 'capital', 'training'] },
  { institutionId: 'nu-care-lazisnu', name: 'NU Care-LAZISNU', kind: amil, packages: ['goods', 'capital'] },
  { institutionId: 'lazismu', name: 'Lazismu', kind: amil, packages: ['goods', 'training'] },
  {
    institutionId: 'pmi-dki',
    name: 'Palang Merah Indonesia DKI Jakarta',
    kind: { id: 'Organisasi kemanusiaan', en: 'Humanitarian organisation' },
    packages: ['goods'],
  },
];

function asExample(about: About, at: number): Institution {
  const digit = String(at + 1);
  return {
    ...about,
    accounts: [
      { bank: 'Bank Contoh Satu', number: `CONTOH-000-${digit}01`, holder: `CONTOH ${about.name}` },
      { bank: 'Bank Contoh Dua', number: `CONTOH-000-${digit}02`, holder: `CONTOH ${about.name}` },
    ],
    contacts: [
      { kind: 'phone', value: `000-000-00${digit}` },
      { kind: 'email', value: `donasi@${about.institutionId}.example` },
      { kind: 'web', value: `https://${about.institutionId}.example` },
    ],
    example: true,
  };
}

/** Institutions that take donations, used where INSTITUTIONS_FILE names no verified ones. */
export const exampleInstitutions: readonly Institution[] = institutionsOfJakarta.map(asExample);

type ReadInstitutions = { institutions: Institution[] } | { faults: string[] };

function duplicates(institutions: Institution[]): string[] {
  const count = Map.groupBy(institutions, ({ institutionId }) => institutionId);
  return [...count]
    .filter(([, same]) => same.length > 1)
    .map(([id, same]) => `/items: institutionId ${id} is there ${same.length} times`);
}

/**
 * Reads the verified institutions from a JSON file in the shape of `GET /institutions`. Reports every fault, not only
 * the first.
 */
export function readInstitutions(path: string): ReadInstitutions {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const fault = error instanceof SyntaxError ? 'not JSON' : 'cannot be read';
    return { faults: [`${fault}: ${(error as Error).message}`] };
  }
  const parsed = institutionList.safeParse(content);
  if (!parsed.success)
    return { faults: fieldErrors(parsed.error).map(({ pointer, detail }) => `${pointer}: ${detail}`) };
  const faults = duplicates(parsed.data.items);
  return faults.length > 0 ? { faults } : { institutions: parsed.data.items };
}

/** `GET /institutions`, for 'Join Donation': where a donor can give directly, and how. */
export function listInstitutions({ institutions }: { institutions: readonly Institution[] }): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/institutions',
    operationId: 'listInstitutions',
    summary: 'Every institution that takes donations, with accounts and contacts.',
    answers: {
      200: {
        description: 'All of them. Where `example` is true, accounts and contacts are invented.',
        schema: institutionList,
      },
    },
    handle: () => ({ status: 200, body: { items: institutions } }),
  });
}
