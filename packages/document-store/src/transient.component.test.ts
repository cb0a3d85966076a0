import { jest } from '@jest/globals';
import { createLog } from '@ksbb/service-kit';
import { Registry } from 'prom-client';
import { freshDatabase, removeDatabase } from '../../testkit/src/servers.ts';
import { type Database, isDatabaseUnavailable, openDatabase } from './database.ts';
import { insertOnce } from './effects.ts';
import { defineSchema, openModel } from './models.ts';
import { createRelay } from './relay.ts';
import { aggregateSchema, openStore } from './store.ts';
import { batchedWrites } from './batch.ts';

const log = createLog('test', 'silent');
const clock = () => new Date();
const uri = freshDatabase('transient');
let databases: Database[];

beforeAll(async () => {
  databases = await Promise.all([1, 2].map(() => openDatabase(uri, log)));
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await removeDatabase(uri);
});
afterEach(() => jest.restoreAllMocks());

const [deadlock, writeConflict] = [
  Object.assign(new Error('[PG] deadlock detected'), { name: 'MongoServerError', code: 1 }),
  Object.assign(new Error('WriteConflict'), { name: 'MongoServerError', code: 112 }),
];
const notWritten = (errors: object[]) =>
  Object.assign(new Error('bulk'), { name: 'MongoBulkWriteError', writeErrors: errors });

type Counter = { total: number };
type Counted = { type: 'counted'; data: object };
const counters = {
  collection: 'counters',
  initial: { total: 0 },
  publishes: [],
  evolve: ({ total }: Counter, _event: Counted) => ({ total: total + 1 }),
  indexes: [{ 'state.total': 1 }] as const,
};
const count = (): Counted[] => [{ type: 'counted', data: {} }];

function open(database: Database) {
  const publisher = { connected: () => false, publish: () => Promise.reject(new Error('away')) };
  const relay = createRelay({ publisher, log, clock, registry: new Registry() });
  return openStore<Counter, Counted>(counters, { connection: database.connection, relay, clock });
}

/** The collection of the driver that a model of this database uses. */
const driverOf = (database: Database, name: string) => database.connection.collection(name);

test('two processes that open a store on a new database at once both start, and its indexes exist', async () => {
  const [one, other] = await Promise.all(databases.map(open));
  await Promise.all([one?.decide('a', count), other?.decide('a', count)]);
  expect((await one?.load('a'))?.state.total).toBe(2);
  const [database] = databases;
  const names = (await database?.connection.collection('counters').indexes())?.map(({ name }) => name);
  expect(names?.toSorted()).toEqual(['_id_', 'outbox.time_1', 'state.total_1']);
});

test('a store starts although the server answers the creation of an index with a deadlock', async () => {
  const [database] = databases as [Database];
  const schema = defineSchema<{ _id: string; at: number }>({ _id: String, at: Number });
  schema.index({ at: 1 });
  const create = jest.spyOn(driverOf(database, 'things'), 'createIndex').mockRejectedValueOnce(deadlock);
  await openModel(database.connection, 'things', schema);
  expect(create).toHaveBeenCalledTimes(2);
});

test.each([
  ['deadlock detected', deadlock],
  ['a write conflict', writeConflict],
])('a command that the server undoes with %s is done again, once', async (_what, error) => {
  const [database] = databases as [Database];
  const store = await open(database);
  const before = (await store.load('b'))?.version ?? 0;
  const write = jest.spyOn(driverOf(database, 'counters'), 'bulkWrite').mockRejectedValueOnce(error);
  expect(await store.decide('b', count)).toMatchObject({ version: before + 1 });
  expect(write).toHaveBeenCalledTimes(2);
});

test('a write that the server undoes alone in its batch is decided again, and its neighbours stay', async () => {
  const [database] = databases as [Database];
  const store = await open(database);
  const failure = { index: 0, code: 112, errmsg: 'WriteConflict' };
  jest.spyOn(driverOf(database, 'counters'), 'bulkWrite').mockRejectedValueOnce(notWritten([failure]));
  expect(await store.decide('c', count)).toMatchObject({ version: 1, state: { total: 1 } });
});

test('an insertion that the server undoes is done again, once', async () => {
  const [database] = databases as [Database];
  const facts = await openModel(database.connection, 'facts', defineSchema<{ _id: string }>({ _id: String }));
  jest.spyOn(driverOf(database, 'facts'), 'insertMany').mockRejectedValueOnce(writeConflict);
  expect(await insertOnce(facts, { _id: 'f1' })).toBe(true);
  expect(await insertOnce(facts, { _id: 'f1' })).toBe(false);
});

test('of many new aggregates those that the server undid are inserted again, and counted once', async () => {
  const [database] = databases as [Database];
  const store = await open(database);
  const failure = { index: 1, code: 112, errmsg: 'WriteConflict' };
  const collection = driverOf(database, 'counters');
  const insert = collection.insertMany.bind(collection);
  jest.spyOn(collection, 'insertMany').mockImplementationOnce(async (documents, options) => {
    await insert(documents.slice(0, 1), options);
    throw notWritten([failure]);
  });
  expect(await store.createMany(['m1', 'm2'].map((id) => ({ id, events: count() })))).toBe(2);
  expect(await Promise.all(['m1', 'm2'].map(async (id) => (await store.load(id))?.version))).toEqual([1, 1]);
});

test('an error of the work itself is not tried again', async () => {
  const [database] = databases as [Database];
  const model = await openModel(database.connection, 'counters', aggregateSchema([], []));
  const wrong = new Error('no such field');
  const write = jest.spyOn(driverOf(database, 'counters'), 'bulkWrite').mockRejectedValue(wrong);
  const operation = { deleteOne: { filter: { _id: 'x' } } };
  await expect(batchedWrites(model)(operation)).rejects.toThrow(wrong);
  expect(write).toHaveBeenCalledTimes(1);
});

test('what the server calls transient or retryable counts as an outage', () => {
  for (const label of ['RetryableWriteError', 'TransientTransactionError']) {
    expect(isDatabaseUnavailable(Object.assign(new Error('later'), { errorLabels: [label] }))).toBe(true);
  }
  expect(isDatabaseUnavailable(deadlock)).toBe(true);
  expect(isDatabaseUnavailable(writeConflict)).toBe(true);
  expect(isDatabaseUnavailable(Object.assign(new Error('E11000'), { code: 11000 }))).toBe(false);
});
