import type { Institution } from '@ksbb/contracts';

type About = Pick<Institution, 'institutionId' | 'name' | 'kind' | 'packages'>;

const amil = { id: 'Lembaga amil zakat', en: 'Zakat institution' };

/*
 * The institutions are real; how to reach and pay them is made up, number by number. Such numbers never look like an
 * account or a phone that someone could have, and each is marked as an example.
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

/** Institutions that take donations, with invented accounts and contacts, for as long as INSTITUTIONS_FILE names no verified ones. */
export const exampleInstitutions: readonly Institution[] = institutionsOfJakarta.map(asExample);
