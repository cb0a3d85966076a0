import { z } from 'zod';
import { area } from '../primitives.ts';
import { msmeListQuery, msmeSummary } from './msme.ts';

/** The filters of the list, without paging. */
export const msmeFilter = msmeListQuery.omit({ limit: true, cursor: true });
export type MsmeFilter = z.output<typeof msmeFilter>;

/** Query of `GET /map`: a box `west,south,east,north` in degrees, a zoom level and the filters of the list. */
export const mapQuery = msmeFilter.extend({
  bbox: z
    .string()
    .regex(/^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$/, 'west,south,east,north in degrees, such as 106.6,-6.4,107.0,-6.0'),
  zoom: z.coerce.number().int('a whole zoom level').min(0).max(20),
});

const position = { lat: z.number(), lon: z.number() };

/**
 * What one view of the map shows. `count` of a cluster is exact. A `clusterId` belongs to its filters. It is valid
 * until an MSME that matches them is added, removed or moved.
 */
export const mapView = z.object({
  clusters: z.array(z.object({ ...position, clusterId: z.int(), count: z.int().min(2), expansionZoom: z.int() })),
  points: z.array(msmeSummary),
  /** MSMEs that match the filters and have no known place. */
  unlocated: z.int().min(0),
  total: z.int().min(0),
});
export type MapView = z.output<typeof mapView>;

/** Query of `GET /map/clusters/:clusterId/members`: the filters of the view that showed the cluster, and the page. */
export const clusterMembersQuery = msmeFilter.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});

/** Some members of a cluster, in a stable order. `total` is the number of all. */
export const clusterMembers = z.object({ items: z.array(msmeSummary), total: z.int().min(2) });

/** Every kota, kecamatan and kelurahan, with how many MSMEs match the filters there. `parent` of a kota is null. */
export const areaList = z.object({
  items: z.array(
    z.object({
      kode: z.string(),
      level: z.enum(['kota', 'kecamatan', 'kelurahan']),
      name: area.shape.kelurahan,
      parent: z.string().nullable(),
      count: z.int().min(0),
    }),
  ),
});
export type AreaList = z.output<typeof areaList>;
