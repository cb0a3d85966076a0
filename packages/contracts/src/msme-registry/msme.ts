import { z } from 'zod';
import { needCoverage } from '../commitment/coverage.ts';
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

const needBase = { needId, declaredAt: timestamp };

/** What an MSME says it lacks. Its whole amount; what of it is still open, the commitment service says. */
export const need = z.discriminatedUnion('package', [
  z.object({ ...needBase, package: z.literal('goods'), item: goodsItem, quantity }),
  z.object({ ...needBase, package: z.literal('capital'), amountRupiah: rupiah }),
  z.object({ ...needBase, package: z.literal('training'), topic: trainingTopic, skill, seats: quantity }),
]);
export type Need = z.output<typeof need>;

/** The amount of a need in its own unit: pieces, rupiah or seats. */
export function declaredAmount(of: Need): number {
  switch (of.package) {
    case 'goods':
      return of.quantity;
    case 'capital':
      return of.amountRupiah;
    case 'training':
      return of.seats;
    default:
      return of satisfies never;
  }
}

export const msmeCategory = z.enum(['pasar', 'kuliner', 'toko', 'jasa', 'kerajinan', 'lainnya']);
export type MsmeCategory = z.output<typeof msmeCategory>;

/** `openstreetmap`: a real place, data under ODbL. `generated`: made up, to fill the map. `registered`: entered by an officer. */
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
  /** WGS84 degrees; null where the place is not known. */
  location: z.object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }).nullable(),
  area,
  photos: z.array(z.object({ url: z.url(), alt: z.string().max(200) })).max(8),
  needs: z.array(need).max(20),
  verified: z.boolean(),
  listedAt: timestamp,
});
export type Msme = z.output<typeof msme>;

/** Answer of `GET /msmes/:msmeId`. `coverage` is null until the needs board knows this MSME; its needs are then all open. */
export const msmeDetail = msme.extend({ coverage: z.array(needCoverage).nullable() });
export type MsmeDetail = z.output<typeof msmeDetail>;

/**
 * Query of `GET /msmes`. All filters are optional and combine; `q` is looked for in names, also of areas; `kode` is a
 * kota, kecamatan or kelurahan code; `package` keeps who declares such a need; `open=true` who has something open, of that
 * package where one is given, and `open=false` who has nothing open.
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

/** One row of a list or a point of the map. `openNeeds` are the packages of which something is still open. */
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
