import { defineRoute } from '@ksbb/service-kit';
import type { Gazetteer } from '../geography/gazetteer.ts';

const A_DAY = 86_400;

export const showBoundaries = ({ gazetteer }: { gazetteer: Gazetteer }) =>
  defineRoute({
    method: 'get',
    path: '/boundaries',
    operationId: 'showBoundaries',
    summary: 'The boundaries as TopoJSON with the layers kelurahan, kecamatan and kota (wilayah_boundaries, MIT)',
    answers: { 200: { description: 'TopoJSON' }, 304: { description: 'As known by the ETag' } },
    handle: ({ request }) => {
      const { bytes, etag } = gazetteer.topology;
      const headers = { ETag: etag, 'Cache-Control': `public, max-age=${A_DAY}` };
      const known = (request.get('if-none-match') ?? '')
        .split(',')
        .some((tag) => [etag, `W/${etag}`, '*'].includes(tag.trim()));
      return known
        ? { status: 304, headers }
        : { status: 200, headers: { ...headers, 'Content-Type': 'application/json' }, body: bytes };
    },
  });
