import { setImmediate as nextTurn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { defineEvent } from '@ksbb/contracts';
import { createLog } from '@ksbb/service-kit';
import { propagation, type TextMapPropagator } from '@opentelemetry/api';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { eventually } from '../../testkit/src/eventually.ts';
import { freshDatabase, removeDatabase } from '../../testkit/src/servers.ts';
import { type AggregateDocument, batchedReads, batchedWrites } from './batch.ts';
import { type Database, openDatabase } from './database.ts';
import { openModel } from './models.ts';
import type { OutboxEvent } from './outbox-events.ts';
import type { EventPublisher } from './outbox-sender.ts';
import { createRelay, type Relay } from './relay.ts';
import { aggregateSchema, openStore } from './store.ts';

type Filled = { type: 'shelf-filled'; data: { note: string } };

const shelfFilled = defineEvent({
  service: 'shop',
  name: 'shelf-filled',
  major: 1,
  subject: 'the id of the shelf',
  summary: 'For this test.',
  data: z.object({ note: z.string() }),
  example: { note: 'full' },
});
const shelves = {
  collection: 'shelves',
  initial: { times: 0 },
  publishes: [shelfFilled],
  evolve: ({ times }: { times: number }, _event: Filled) => ({ times: times + 1 }),
};
const fill =
  (note = '') =>
  (): Filled[] => [{ type: 'shelf-filled', data: { note } }];

const log = createLog('test', 'silent');
let uri: string;
let database: Database;
let relays: Relay[];

beforeEach(async () => {
  uri = freshDatabase('outbox');
  database = await openDatabase(uri, log);
  relays = [];
});

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.close()));
  await database.close();
  await removeDatabase(uri);
});

async function open(publisher: EventPublisher, registry = new Registry(), clock = () => new Date()) {
  const relay = createRelay({ publisher, log, clock, registry });
  relays.push(relay);
  return { relay, store: await openStore(shelves, { connection: database.connection, relay, clock }) };
}

const away: EventPublisher = { connected: () => false, publish: () => Promise.reject(new Error('away')) };
const documentOf = (id: string) => database.connection.collection('shelves').findOne({ _id: id } as object);

test('how many events wait, and since when, is measured by the poll', async () => {
  const registry = new Registry();
  let now = new Date('2026-11-24T03:00:00.000Z');
  const { relay, store } = await open(away, registry, () => now);
  for (const id of ['a', 'a', 'b']) await store.decide(id, fill());
  now = new Date('2026-11-24T03:01:30.000Z');
  relay.start();
  await eventually('three events counted', async () =>
    (await registry.metrics()).includes('ksbb_outbox_events{collection="shelves"} 3'),
  );
  expect(await registry.metrics()).toContain('ksbb_outbox_oldest_seconds{collection="shelves"} 90');
});

test('an event keeps the trace context of its commit, and none of what else the caller carried', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const inject: TextMapPropagator['inject'] = (_context, carrier) =>
    void Object.assign(carrier as object, { traceparent, baggage: 'who=tini' });
  propagation.setGlobalPropagator({ inject, extract: (context) => context, fields: () => ['traceparent', 'baggage'] });
  const sent: OutboxEvent[] = [];
  const { relay, store } = await open({ connected: () => true, publish: async (event) => void sent.push(event) });
  await store.decide('a', fill());
  propagation.disable();
  await store.decide('b', fill());
  await relay.settled();
  expect(sent.map((event) => [event.subject, event.traceparent, 'baggage' in event])).toEqual([
    ['a', traceparent, false],
    ['b', undefined, false],
  ]);
});

test('an event of 1 MiB is refused before anything is written', async () => {
  const { store } = await open(away);
  await expect(store.decide('a', fill('x'.repeat(1024 * 1024)))).rejects.toThrow(
    /^shop:a@1 has \d+ bytes; an event has less than 1 MiB$/,
  );
  expect(await documentOf('a')).toBeNull();
});

test('after a command what has left is out of the outbox soon, for many aggregates at once', async () => {
  const { relay, store } = await open({ connected: () => true, publish: async () => undefined });
  await Promise.all(Array.from({ length: 300 }, (_, at) => store.decide(`s${at}`, fill())));
  await relay.settled();
  expect(await database.connection.collection('shelves').countDocuments({ 'outbox.0': { $exists: true } })).toBe(0);
});

const aggregate = (_id: string): AggregateDocument => ({ _id, version: 1, state: {}, outbox: [] });

test('writes that come at once go together, and each is told of its own failure', async () => {
  const model = await openModel(database.connection, 'things', aggregateSchema([], []));
  const write = batchedWrites(model);
  const outcomes = await Promise.all(
    ['a', 'b', 'a', 'c'].map((id) => write({ insertOne: { document: aggregate(id) } })),
  );
  expect(outcomes.map((failure) => failure?.code)).toEqual([undefined, undefined, 11000, undefined]);
  const read = batchedReads(model);
  expect(await Promise.all(['c', 'none', 'a', 'c'].map(read))).toEqual([
    aggregate('c'),
    null,
    aggregate('a'),
    aggregate('c'),
  ]);
});

test('writes that come while four batches are at the database go together after them', async () => {
  const model = await openModel(database.connection, 'things', aggregateSchema([], []));
  const collection = database.connection.collection('things');
  const bulkWrite = collection.bulkWrite.bind(collection);
  const release = Promise.withResolvers<void>();
  const sizes: number[] = [];
  jest.spyOn(collection, 'bulkWrite').mockImplementation(async (operations, options) => {
    sizes.push(operations.length);
    await release.promise;
    return bulkWrite(operations, options);
  });
  const write = batchedWrites(model);
  const failures: Promise<unknown>[] = [];
  for (const id of 'abcdefghij') {
    failures.push(write({ insertOne: { document: aggregate(id) } }));
    await nextTurn();
  }
  release.resolve();
  expect(await Promise.all(failures)).toEqual(Array.from({ length: 10 }));
  expect(sizes).toEqual([1, 1, 1, 1, 6]);
});

test('where the database is away every one of a batch fails', async () => {
  const model = await openModel(database.connection, 'things', aggregateSchema([], []));
  await database.close();
  const write = batchedWrites(model);
  const ends = await Promise.allSettled(['a', 'b'].map((id) => write({ insertOne: { document: aggregate(id) } })));
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  database = await openDatabase(uri, log);
});
