import { createLog } from '@ksbb/service-kit';
import { freshDatabase, removeDatabase } from '../../testkit/src/servers.ts';
import { type Database, openDatabase } from './database.ts';
import { insertOnce, upsertIfNewer } from './effects.ts';
import { defineSchema, openModel } from './models.ts';

type Fact = { _id: string; amount: number };
type Copy = { _id: string; version: number; name?: string };

const factSchema = defineSchema<Fact>({ _id: String, amount: Number });
const copySchema = defineSchema<Copy>({ _id: String, version: Number, name: String });

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
    const facts = await openModel(database.connection, 'facts', factSchema);
    expect(await insertOnce(facts, { _id: 'e1', amount: 1 })).toBe(true);
    expect(await insertOnce(facts, { _id: 'e1', amount: 2 })).toBe(false);
    expect(await facts.findById('e1').lean()).toEqual({ _id: 'e1', amount: 1 });
  });

  test('newest wins: in any order and any number of times the highest version stays', async () => {
    const copies = await openModel(database.connection, 'copies', copySchema);
    for (const version of [2, 1, 3, 3, 2]) await upsertIfNewer(copies, { _id: 'm1', version, name: `v${version}` });
    expect(await copies.findById('m1').lean()).toEqual({ _id: 'm1', name: 'v3', version: 3 });
    expect(await upsertIfNewer(copies, { _id: 'm1', version: 4, name: 'v4' })).toBe(true);
    expect(await upsertIfNewer(copies, { _id: 'm1', version: 4, name: 'again' })).toBe(false);
  });

  test('newest wins: also where all arrive at once', async () => {
    const copies = await openModel(database.connection, 'copies', copySchema);
    await Promise.all(Array.from({ length: 20 }, (_, at) => upsertIfNewer(copies, { _id: 'm1', version: at + 1 })));
    expect(await copies.findById('m1').lean()).toEqual({ _id: 'm1', version: 20 });
  });
});
