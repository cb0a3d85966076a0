import {
  areaList,
  clusterMembers,
  clusterMembersQuery,
  mapQuery,
  mapView,
  msmeFilter,
  msmeList,
  msmeListQuery,
} from '@ksbb/contracts';
import { badRequest, defineRoute, notFound, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { Gazetteer } from './gazetteer.ts';
import type { Box } from './map-index/clusters.ts';
import type { MapIndex } from './map-index/map-index.ts';

const CURSOR = /^[012][a-z0-9-]{3,64}$/;
const BOUNDARIES_MAX_AGE_SECONDS = 86_400;

function parseBox(bbox: string): Box {
  const [west = 0, south = 0, east = 0, north = 0] = bbox.split(',').map(Number);
  const isBox = west < east && south < north && west >= -180 && east <= 180 && south >= -90 && north <= 90;
  if (isBox) return { west, south, east, north };
  const detail = 'west,south,east,north in degrees, west less than east and south less than north.';
  throw badRequest('The box is not one on the globe.', [{ pointer: 'query /bbox', detail }]);
}

/** Adds the count of each kelurahan to its kecamatan and its kota, whose codes are prefixes of its own code. */
function sumUp(byKelurahan: Map<string, number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [kode, count] of byKelurahan) {
    const [province, kota, kecamatan] = kode.split('.');
    for (const at of [`${province}.${kota}`, `${province}.${kota}.${kecamatan}`, kode])
      counts.set(at, (counts.get(at) ?? 0) + count);
  }
  return counts;
}

/** The routes that read many MSMEs from the map index. Everyone may call them. */
export const mapRoutes = ({ index, gazetteer }: { index: MapIndex; gazetteer: Gazetteer }): Route[] => [
  defineRoute({
    auth: 'public',
    method: 'get',
    path: '/msmes',
    operationId: 'listMsmes',
    summary: 'MSMEs that match the filters, real places first, a page at a time',
    query: msmeListQuery,
    answers: { 200: { description: 'A page', schema: msmeList } },
    handle: ({ query: { limit, cursor, ...filter } }) => {
      if (cursor !== undefined && !CURSOR.test(cursor)) {
        throw badRequest('The cursor is not one that was given here.', [
          { pointer: 'query /cursor', detail: 'The nextCursor of the page before.' },
        ]);
      }
      return { status: 200, body: index.list(filter, limit, cursor) };
    },
  }),
  defineRoute({
    auth: 'public',
    method: 'get',
    path: '/map',
    operationId: 'showMap',
    summary: 'Clusters and single MSMEs in a box at a zoom level',
    query: mapQuery,
    answers: { 200: { description: 'The view', schema: mapView } },
    handle: ({ query: { bbox, zoom, ...filter } }) => ({ status: 200, body: index.view(filter, parseBox(bbox), zoom) }),
  }),
  defineRoute({
    auth: 'public',
    method: 'get',
    path: '/map/clusters/:clusterId/members',
    operationId: 'listClusterMembers',
    summary: 'The MSMEs in a cluster of a view with the same filters',
    params: z.object({ clusterId: z.coerce.number().int().min(0) }),
    query: clusterMembersQuery,
    answers: { 200: { description: 'Some members', schema: clusterMembers } },
    handle: ({ params, query: { limit, offset, ...filter } }) => {
      const members = index.members(filter, params.clusterId, limit, offset);
      if (members !== null) return { status: 200, body: members };
      throw notFound(
        'cluster-gone',
        'The map has changed since, or these are not the filters of the view. Read the view again.',
      );
    },
  }),
  defineRoute({
    auth: 'public',
    method: 'get',
    path: '/areas',
    operationId: 'listAreas',
    summary: 'Every kota, kecamatan and kelurahan with how many MSMEs match the filters there',
    query: msmeFilter,
    answers: { 200: { description: 'All areas', schema: areaList } },
    handle: ({ query }) => {
      const counts = sumUp(index.countByKelurahan(query));
      const items = gazetteer.areas.map((area) => ({ ...area, count: counts.get(area.kode) ?? 0 }));
      return { status: 200, body: { items } };
    },
  }),
  defineRoute({
    auth: 'public',
    method: 'get',
    path: '/boundaries',
    operationId: 'showBoundaries',
    summary: 'The boundaries as TopoJSON with the layers kelurahan, kecamatan and kota (wilayah_boundaries, MIT)',
    answers: { 200: { description: 'TopoJSON' }, 304: { description: 'The ETag is current' } },
    handle: ({ request }) => {
      const { bytes, etag } = gazetteer.topology;
      const headers = { ETag: etag, 'Cache-Control': `public, max-age=${BOUNDARIES_MAX_AGE_SECONDS}` };
      const tags = (request.get('if-none-match') ?? '').split(',').map((tag) => tag.trim());
      return tags.some((tag) => [etag, `W/${etag}`, '*'].includes(tag))
        ? { status: 304, headers }
        : { status: 200, headers: { ...headers, 'Content-Type': 'application/json' }, body: bytes };
    },
  }),
];
