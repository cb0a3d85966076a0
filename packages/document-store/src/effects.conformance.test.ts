import { createLog } from '@ksbb/service-kit';
import { freshDatabase, removeDatabase } from '../../testkit/src/servers.ts';
import { type Database, openDatabase } from './database.ts';
import { insertOnce, upsertIfNewer } from './effects.ts';

let uri: string;
let database: Database;

beforeEach(async () => {
  uri = freshDatabase('effects');
  database = await openDatabase(uri, createLog('test', 'silent'));
});

afterEach(async () => {
  await database.close();
  await removeDatabase(uri);
});

describe('effects', () => {
  test('insert: a repeat changes nothing and says so', async () => {
    const facts = database.connection.collection('facts');
    expect(await insertOnce(facts, { _id: 'e1', amount: 1 })).toBe(true);
    expect(await insertOnce(facts, { _id: 'e1', amount: 2 })).toBe(false);
    expect(await facts.findOne({ _id: 'e1' } as object)).toEqual({ _id: 'e1', amount: 1 });
  });

  test('newest wins: in any order and any number of times the highest version stays', async () => {
    const copies = database.connection.collection('copies');
    for (const version of [2, 1, 3, 3, 2]) await upsertIfNewer(copies, 'm1', version, { name: `v${version}` });
    expect(await copies.findOne({ _id: 'm1' } as object)).toEqual({ _id: 'm1', name: 'v3', version: 3 });
    expect(await upsertIfNewer(copies, 'm1', 4, { name: 'v4' })).toBe(true);
    expect(await upsertIfNewer(copies, 'm1', 4, { name: 'again' })).toBe(false);
  });

  test('newest wins: also where all arrive at once', async () => {
    const copies = database.connection.collection('copies');
    await Promise.all(Array.from({ length: 20 }, (_, at) => upsertIfNewer(copies, 'm1', at + 1, {})));
    expect(await copies.findOne({ _id: 'm1' } as object)).toEqual({ _id: 'm1', version: 20 });
  });
});
