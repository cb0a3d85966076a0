import { archivePage } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';
import { pageFrom, pageQuery } from '../paging/page.ts';
import { forOpenData } from '../privacy/withheld.ts';
import type { Archive } from '../stores/archive.ts';

const nameOf = (type: string) => type.split('.')[2] ?? type;

/** Events that come in while one pages may sort before the cursor: a full copy is read from the start again. */
export function listEvents({ archive }: { archive: Archive }): Route {
  return defineRoute({
    method: 'get',
    path: '/events',
    operationId: 'listEvents',
    summary: 'The archive of events as open data, in the order of event ids, without names, free text and links.',
    query: pageQuery(200),
    answers: { 200: { description: 'A page of events.', schema: archivePage } },
    handle: async ({ query: { limit, cursor } }) => {
      const { items, nextCursor } = pageFrom(await archive.page(cursor, limit + 1), limit, ({ eventId }) => eventId);
      return {
        status: 200,
        body: {
          items: items.map((event) => ({ ...event, data: forOpenData(nameOf(event.type), event.data) })),
          nextCursor,
        },
      };
    },
  });
}
