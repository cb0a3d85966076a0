import { z } from 'zod';
import { msmeListQuery, msmeSummary } from './msme.ts';

/** Query of `GET /map`: a box `west,south,east,north` in degrees, a zoom level and the filters of the list. */
export const mapQuery = msmeListQuery.omit({ limit: true, cursor: true }).extend({
  bbox: z.string().regex(/^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$/, 'west,south,east,north in degrees, such as 106.6,-6.4,107.0,-6.0'),
  zoom: z.coerce.number().int('a whole zoom level').min(0).max(20),
});

const position = { lat: z.number(), lon: z.number() };

/** What one view of the map shows. `count` of a cluster is exact. */
export const mapView = z.object({
  clusters: z.array(z.object({ ...position, clusterId: z.int(), count: z.int().min(2), expansionZoom: z.int() })),
  points: z.array(msmeSummary),
  /** MSMEs that match the filters and have no known place, anywhere. */
  unlocated: z.int().min(0),
  total: z.int().min(0),
});
export type MapView = z.output<typeof mapView>;
