import { mapQuery, mapView } from '@ksbb/contracts';
import { badRequest, defineRoute } from '@ksbb/service-kit';
import type { Box } from '../map-index/clusters.ts';
import type { MapIndex } from '../map-index/map-index.ts';

function parseBox(bbox: string): Box {
  const [west = 0, south = 0, east = 0, north = 0] = bbox.split(',').map(Number);
  const isBox = west < east && south < north && west >= -180 && east <= 180 && south >= -90 && north <= 90;
  if (isBox) return { west, south, east, north };
  throw badRequest('The box is not one on the globe.', [
    {
      pointer: 'query /bbox',
      detail: 'west,south,east,north in degrees, west less than east and south less than north.',
    },
  ]);
}

export const showMap = ({ index }: { index: MapIndex }) =>
  defineRoute({
    method: 'get',
    path: '/map',
    operationId: 'showMap',
    summary: 'Clusters and single MSMEs in a box at a zoom level',
    query: mapQuery,
    answers: { 200: { description: 'The view', schema: mapView } },
    handle: ({ query: { bbox, zoom, ...filter } }) => ({ status: 200, body: index.view(filter, parseBox(bbox), zoom) }),
  });
