import { createLog } from '@ksbb/service-kit';
import { CallFailed, type FeedPage, type MalformedMessage, type PartnerMessage } from '../partners/open-partners.ts';
import { createFeedReader } from './feed-reader.ts';

const running = new AbortController().signal;
const message = (n: number): PartnerMessage => ({
  deliveryId: `E${n}`,
  reference: 'loan',
  report: { kind: 'signed', at: '2026-11-24T03:00:00.000Z' },
});
const malformed: MalformedMessage = { deliveryId: 'E9', errors: [{ pointer: '/type', detail: 'unknown' }] };

/** A reader over pages by cursor, with everything that it does in order. */
function readerOf(pages: Record<string, FeedPage | Error>, recordFails?: string) {
  const done: string[] = [];
  let cursor: string | null = null;
  const read = createFeedReader({
    name: 'lumbung',
    log: createLog('test', 'silent'),
    feed: async (from) => {
      done.push(`read ${from}`);
      const page = pages[String(from)];
      if (page === undefined || page instanceof Error) throw page ?? new Error('no such page');
      return page;
    },
    cursors: {
      load: async () => cursor,
      save: async (_, to) => {
        done.push(`save ${to}`);
        cursor = to;
      },
    },
    recorder: {
      record: async (_, { deliveryId }) => {
        if (deliveryId === recordFails) throw new Error('the database is away');
        done.push(`record ${deliveryId}`);
        return true;
      },
      recordMalformed: async (_, { deliveryId }) => void done.push(`quarantine ${deliveryId}`),
    },
  });
  return { read, done };
}

test('reads page after page to the end, and moves on only when a page is recorded', async () => {
  const { read, done } = readerOf({
    null: { messages: [message(1), malformed], nextCursor: 'a', hasMore: true },
    a: { messages: [message(2)], nextCursor: 'b', hasMore: false },
  });
  await read(running);
  expect(done).toEqual(['read null', 'record E1', 'quarantine E9', 'save a', 'read a', 'record E2', 'save b']);
});

test('an empty page at the end changes nothing', async () => {
  const { read, done } = readerOf({
    null: { messages: [], nextCursor: 'a', hasMore: false },
    a: { messages: [], nextCursor: 'a', hasMore: false },
  });
  await read(running);
  await read(running);
  expect(done).toEqual(['read null', 'save a', 'read a']);
});

test('a partner that hands out the same cursor for ever is not asked for ever', async () => {
  const { read, done } = readerOf({
    null: { messages: [], nextCursor: 'a', hasMore: true },
    a: { messages: [], nextCursor: 'a', hasMore: true },
  });
  await read(running);
  expect(done).toEqual(['read null', 'save a', 'read a']);
});

test('a page that cannot be recorded now is read again', async () => {
  const { read, done } = readerOf(
    { null: { messages: [message(1), message(2)], nextCursor: 'a', hasMore: false } },
    'E2',
  );
  await expect(read(running)).rejects.toThrow('away');
  expect(done).toEqual(['read null', 'record E1']);
});

test.each(['deferred', 'not-done', 'in-doubt', 'misconfigured'] as const)(
  'a feed that cannot be read (%s) waits for the next tick',
  async (kind) => {
    const { read, done } = readerOf({ null: new CallFailed(kind, 'no') });
    await read(running);
    expect(done).toEqual(['read null']);
  },
);

test('it stops between two pages', async () => {
  const stopping = new AbortController();
  stopping.abort();
  const { read, done } = readerOf({});
  await read(stopping.signal);
  expect(done).toEqual([]);
});
