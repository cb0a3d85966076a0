import { msmeList, msmeListQuery } from '@ksbb/contracts';
import { badRequest, defineRoute } from '@ksbb/service-kit';
import type { MapIndex } from '../map-index/map-index.ts';

const CURSOR = /^[012][a-z0-9-]{3,64}$/;

export const listMsmes = ({ index }: { index: MapIndex }) =>
  defineRoute({
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
  });
