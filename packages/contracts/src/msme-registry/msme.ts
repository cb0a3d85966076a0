import { z } from 'zod';
import { defineEvent } from '../event.ts';
import {
  area,
  goodsItem,
  msmeId,
  needId,
  packageOfHelp,
  pageOf,
  quantity,
  rupiah,
  skill,
  timestamp,
  trainingTopic,
} from '../primitives.ts';
import { needCoverage } from '../commitment/needs-board.ts';

const needBase = { needId, declaredAt: timestamp };

/** What an MSME needs, with the whole amount. The commitment service knows how much of it is still open. */
export const need = z.discriminatedUnion('package', [
  z.object({ ...needBase, package: z.literal('goods'), item: goodsItem, quantity }),
  z.object({ ...needBase, package: z.literal('capital'), amountRupiah: rupiah }),
  z.object({ ...needBase, package: z.literal('training'), topic: trainingTopic, skill, seats: quantity }),
]);
export type Need = z.output<typeof need>;

export const msmeCategory = z.enum(['pasar', 'kuliner', 'toko', 'jasa', 'kerajinan', 'lainnya']);
export type MsmeCategory = z.output<typeof msmeCategory>;

/**
 * `openstreetmap`: a real place, data under ODbL. `generated`: invented to fill the map. `registered`: entered by an
 * officer.
 */
export const msmeOrigin = z.enum(['openstreetmap', 'generated', 'registered']);

/** The full public state of an MSME. No personal data: no owner, phone or street address. */
export const msme = z.object({
  msmeId,
  name: z.string().min(1).max(120),
  category: msmeCategory,
  origin: msmeOrigin,
  /** Id at the origin, such as `osm:node/8414126722`. */
  sourceId: z.string().max(120).nullable(),
  profile: z.object({ id: z.string().max(1000), en: z.string().max(1000) }),
  /** WGS84 degrees. Null where the place is not known. */
  location: z.object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }).nullable(),
  area,
  photos: z.array(z.object({ url: z.url(), alt: z.string().max(200) })).max(8),
  needs: z.array(need).max(20),
  verified: z.boolean(),
  listedAt: timestamp,
});
export type Msme = z.output<typeof msme>;

/**
 * Answer of `GET /msmes/:msmeId`. While `coverage` is null the needs board does not know this MSME, and all needs are
 * open.
 */
export const msmeDetail = msme.extend({ coverage: z.array(needCoverage).nullable() });
export type MsmeDetail = z.output<typeof msmeDetail>;

/**
 * Query of `GET /msmes`. All filters are optional and combine. `q` is searched in names of MSMEs and areas. `kode` is
 * the code of a kota, kecamatan or kelurahan. `package` finds MSMEs that declare such a need. `open=true` finds MSMEs
 * with an open need, of that package where one is given; `open=false` finds MSMEs without one.
 */
export const msmeListQuery = z.strictObject({
  q: z.string().trim().max(100).optional(),
  category: msmeCategory.optional(),
  package: packageOfHelp.optional(),
  kode: z
    .string()
    .regex(/^\d{2}(\.\d{2}){0,2}(\.\d{4})?$/, 'a Kemendagri code such as 31.71, 31.71.01 or 31.71.01.1003')
    .optional(),
  origin: msmeOrigin.optional(),
  open: z.enum(['true', 'false']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});

/** One row of a list or a point of the map. `openNeeds` are the packages with an open need. */
export const msmeSummary = z.object({
  msmeId,
  name: z.string(),
  category: msmeCategory,
  origin: msmeOrigin,
  location: msme.shape.location,
  area,
  openNeeds: z.array(packageOfHelp),
});
export type MsmeSummary = z.output<typeof msmeSummary>;

export const msmeList = pageOf(msmeSummary).extend({ total: z.int().min(0) });

const exampleMsme: Msme = {
  msmeId: 'osm-way-352856285',
  name: 'Pasar Petojo',
  category: 'pasar',
  origin: 'openstreetmap',
  sourceId: 'osm:way/352856285',
  profile: { id: 'Pasar di Petojo Utara, Gambir.', en: 'A market in Petojo Utara, Gambir.' },
  location: { lat: -6.162739, lon: 106.812031 },
  area: {
    kodeKelurahan: '31.71.01.1003',
    kelurahan: 'Petojo Utara',
    kecamatan: 'Gambir',
    kota: 'Kota Administrasi Jakarta Pusat',
  },
  photos: [],
  needs: [
    {
      needId: 'osm-way-352856285.face-mask',
      package: 'goods',
      item: 'face-mask',
      quantity: 200,
      declaredAt: '2026-11-01T00:00:00.000Z',
    },
    {
      needId: 'osm-way-352856285.capital',
      package: 'capital',
      amountRupiah: 6_000_000,
      declaredAt: '2026-11-01T00:00:00.000Z',
    },
  ],
  verified: true,
  listedAt: '2026-11-01T00:00:00.000Z',
};

export const msmeListed = defineEvent({
  service: 'msme-registry',
  name: 'msme-listed',
  major: 1,
  subject: 'msmeId',
  summary: 'An MSME is on the map for the first time, or again. The event carries its full public state.',
  data: msme,
  example: exampleMsme,
});

export const msmeUpdated = defineEvent({
  service: 'msme-registry',
  name: 'msme-updated',
  major: 1,
  subject: 'msmeId',
  summary: 'Something about a listed MSME changed. The event carries its full public state.',
  data: msme,
  example: { ...exampleMsme, name: 'Pasar Petojo Utara' },
});

export const msmeDelisted = defineEvent({
  service: 'msme-registry',
  name: 'msme-delisted',
  major: 1,
  subject: 'msmeId',
  summary: 'An MSME is no longer on the map. The event carries its last public state and the reason.',
  data: msme.extend({ reason: z.string().min(1).max(300) }),
  example: { ...exampleMsme, reason: 'closed down' },
});
