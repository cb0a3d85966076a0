import { createLog } from '@ksbb/service-kit';
import { CallFailed, type Delivery, type FeedPage, type Malformed } from '../partners/partner.ts';
import { createFeedReader } from './feed-reader.ts';

const running = new AbortController().signal;
const delivery = (n: number): Delivery => ({
  deliveryId: `E${n}`,
  reference: 'loan',
  fact: { kind: 'signed', at: '2026-11-24T03:00:00.000Z' },
});
const malformed: Malformed = { deliveryId: 'E9', errors: [{ pointer: '/type', detail: 'unknown' }] };

/** A reader over pages by cursor, with everything that it does in order. */
function readerOf(pages: Record<string, FeedPage | Error>, bookFails?: string) {
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
    facts: {
      receive: async (_, { deliveryId }) => {
        if (deliveryId === bookFails) throw new Error('the database is away');
        done.push(`book ${deliveryId}`);
        return true;
      },
      receiveMalformed: async (_, { deliveryId }) => void done.push(`set aside ${deliveryId}`),
    },
  });
  return { read, done };
}

test('reads page after page to the end, and moves on only when a page is booked', async () => {
  const { read, done } = readerOf({
    null: { messages: [delivery(1), malformed], nextCursor: 'a', hasMore: true },
    a: { messages: [delivery(2)], nextCursor: 'b', hasMore: false },
  });
  await read(running);
  expect(done).toEqual(['read null', 'book E1', 'set aside E9', 'save a', 'read a', 'book E2', 'save b']);
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

test('what cannot be booked now is read again', async () => {
  const { read, done } = readerOf(
    { null: { messages: [delivery(1), delivery(2)], nextCursor: 'a', hasMore: false } },
    'E2',
  );
  await expect(read(running)).rejects.toThrow('away');
  expect(done).toEqual(['read null', 'book E1']);
});

test.each(['deferred', 'not-done', 'in-doubt', 'misconfigured'] as const)(
  'a feed that cannot be read (%s) waits for the next turn',
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
