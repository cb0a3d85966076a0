import { areaList, msmeFilter } from '@ksbb/contracts';
import { defineRoute } from '@ksbb/service-kit';
import type { Gazetteer } from '../geography/gazetteer.ts';
import type { MapIndex } from '../map-index/map-index.ts';

/** Adds each kelurahan's count to the kecamatan and the kota it lies in, whose codes its own begins with. */
function sumUp(byKelurahan: Map<string, number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [kode, count] of byKelurahan) {
    const [province, kota, kecamatan] = kode.split('.');
    for (const at of [`${province}.${kota}`, `${province}.${kota}.${kecamatan}`, kode])
      counts.set(at, (counts.get(at) ?? 0) + count);
  }
  return counts;
}

export const listAreas = ({ index, gazetteer }: { index: MapIndex; gazetteer: Gazetteer }) =>
  defineRoute({
    method: 'get',
    path: '/areas',
    operationId: 'listAreas',
    summary: 'Every kota, kecamatan and kelurahan with how many MSMEs match the filters there',
    query: msmeFilter,
    answers: { 200: { description: 'All areas', schema: areaList } },
    handle: ({ query }) => {
      const counts = sumUp(index.countByKelurahan(query));
      return {
        status: 200,
        body: { items: gazetteer.areas.map((area) => ({ ...area, count: counts.get(area.kode) ?? 0 })) },
      };
    },
  });
