import { openDatabase, type Database } from '@ksbb/document-store';
import { createLog } from '@ksbb/service-kit';
import { freshDatabase, removeDatabase } from '../../../../infra/dev/testing.ts';
import { type FactSets, openFactSets } from './fact-sets.ts';
import { type ListedMsmes, openListedMsmes } from './listed-msmes.ts';

type Fact = { eventId: string; amount: number };
const fact = (eventId: string, amount = 1): Fact => ({ eventId, amount });

let uri: string;
let database: Database;
let sets: FactSets<Fact>;
let msmes: ListedMsmes;

beforeAll(async () => {
  uri = freshDatabase('reporting-stores');
  database = await openDatabase(uri, createLog('reporting', 'silent'));
  sets = openFactSets<Fact>(database.connection, 'sets');
  msmes = await openListedMsmes(database.connection);
});

afterAll(async () => {
  await database.close();
  await removeDatabase(uri);
});

describe('a set of facts', () => {
  test('takes a fact once, and keeps what came first', async () => {
    for (const amount of [1, 2]) await sets.add('repeated', fact('a', amount));
    await sets.add('repeated', fact('b'));
    await sets.add('repeated', fact('a', 3));
    expect(await sets.load('repeated')).toEqual({ id: 'repeated', facts: [fact('a', 1), fact('b')] });
  });

  test('loses nothing and doubles nothing when many begin it at once', async () => {
    const events = Array.from({ length: 30 }, (_, at) => `e${at % 15}`);
    await Promise.all(events.map((eventId) => sets.add('raced', fact(eventId))));
    const found = await sets.load('raced');
    expect(found?.facts.map(({ eventId }) => eventId).sort()).toEqual([...new Set(events)].sort());
  });

  test('that nobody added to is not there', async () => {
    expect(await sets.load('unknown')).toBeNull();
  });

  test('is found page by page in the order of ids, and by reading all', async () => {
    const paged = openFactSets<Fact>(database.connection, 'paged');
    for (const id of ['c', 'a', 'd', 'b']) await paged.add(id, fact(id));
    expect((await paged.page(undefined, 2)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await paged.page('b', 5)).map(({ id }) => id)).toEqual(['c', 'd']);
    const all: string[] = [];
    for await (const { id, facts } of paged.all()) all.push(`${id}${facts.length}`);
    expect(all.sort()).toEqual(['a1', 'b1', 'c1', 'd1']);
  });
});

test('of one MSME the newest counts, whatever comes last', async () => {
  await msmes.note('one', 1, true);
  await msmes.note('two', 2, false);
  await msmes.note('two', 1, true);
  await msmes.note('three', 1, true);
  await msmes.note('three', 2, false);
  await msmes.note('three', 3, true);
  expect(await msmes.countListed()).toBe(2);
});
