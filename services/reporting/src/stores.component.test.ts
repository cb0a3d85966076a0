import { openDatabase, type Database } from '@ksbb/document-store';
import { createLog } from '@ksbb/service-kit';
import { freshDatabase, removeDatabase } from '@ksbb/testkit';
import { received } from './testing/deliver.ts';
import { scenario } from './testing/scenario.ts';
import {
  type FactSets,
  type ListedMsmes,
  openArchive,
  openFactSets,
  openListedMsmes,
  unlessOnlyDuplicates,
} from './stores.ts';

type Fact = { eventId: string };
const fact = (eventId: string): Fact => ({ eventId });

let uri: string;
let database: Database;
let sets: FactSets<Fact>;
let msmes: ListedMsmes;

beforeAll(async () => {
  uri = freshDatabase('reporting-stores');
  database = await openDatabase(uri, createLog('reporting', 'silent'));
  sets = await openFactSets<Fact>(database.connection, 'sets');
  msmes = await openListedMsmes(database.connection);
});

afterAll(async () => {
  await database.close();
  await removeDatabase(uri);
});

describe('a set of facts', () => {
  test('takes a fact once', async () => {
    for (const eventId of ['gateway:KSBB.2@1', 'gateway:KSBB.2@2', 'gateway:KSBB.2@1'])
      await sets.add('repeated', fact(eventId));
    expect(await sets.load('repeated')).toEqual({
      id: 'repeated',
      facts: [fact('gateway:KSBB.2@1'), fact('gateway:KSBB.2@2')],
    });
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
    const paged = await openFactSets<Fact>(database.connection, 'paged');
    for (const id of ['c', 'a', 'd', 'b']) await paged.add(id, fact(id));
    expect((await paged.page(undefined, 2)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await paged.page('b', 5)).map(({ id }) => id)).toEqual(['c', 'd']);
    const all: string[] = [];
    for await (const { id, facts } of paged.all()) all.push(`${id}${facts.length}`);
    expect(all.sort()).toEqual(['a1', 'b1', 'c1', 'd1']);
  });
});

test('an event is archived once, also among many at once', async () => {
  const archive = await openArchive(database.connection);
  const events = scenario.map(received);
  await Promise.all([...events, ...events].map((event) => archive.insert(event)));
  await archive.insert({ ...events[0]!, data: { changed: true } });
  const page = await archive.page(undefined, 200);
  expect(page.map(({ eventId }) => eventId)).toEqual(events.map(({ id }) => id).sort());
  expect(page.find(({ eventId }) => eventId === events[0]!.id)?.data).toEqual(events[0]!.data);
});

test('what is no duplicate is not passed over', () => {
  const duplicate = { code: 11000 };
  expect(() => unlessOnlyDuplicates({ code: 11000, writeErrors: [duplicate, duplicate] })).not.toThrow();
  expect(() => unlessOnlyDuplicates({ code: 11000, writeErrors: duplicate })).not.toThrow();
  const others = [
    new Error('cut off'),
    Object.assign(new Error('mixed'), { code: 11000, writeErrors: [duplicate, { code: 121 }] }),
  ];
  for (const error of others) expect(() => unlessOnlyDuplicates(error)).toThrow(error);
});

test('of one MSME the newest counts, whatever comes last', async () => {
  await msmes.note('one', 1, true);
  await msmes.note('two', 2, false);
  await msmes.note('two', 1, true);
  expect(await msmes.countListed()).toBe(1);
  for (const [version, listed] of [
    [1, true],
    [2, false],
    [3, true],
  ] as const)
    await msmes.note('three', version, listed);
  expect(await msmes.countListed()).toBe(2);
});

test('of many versions at once the newest counts', async () => {
  const before = await msmes.countListed();
  const versions = [3, 1, 5, 2, 4];
  await Promise.all(versions.flatMap((version) => ['x', 'y'].map((id) => msmes.note(id, version, version === 5))));
  expect(await msmes.countListed()).toBe(before + 2);
  await Promise.all(versions.map((version) => msmes.note('y', version + 3, version !== 5)));
  expect(await msmes.countListed()).toBe(before + 1);
});
