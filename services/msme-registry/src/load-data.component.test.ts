import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { msmeListed } from '@ksbb/contracts';
import { type Bus, createBus, on, type Subscription } from '@ksbb/messaging';
import { type Database, openDatabase } from '@ksbb/document-store';
import { createLog, createMetrics } from '@ksbb/service-kit';
import { eventually, freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';

/** Each run starts a process, and waits for the broker to confirm every event. */
const SLOW_MS = 120_000;

const log = createLog('test', 'silent');

let uri: string;
let url: string;
let database: Database;
let listener: Bus;
const heard = new Set<string>();

beforeAll(async () => {
  [uri, url] = [freshDatabase('load'), await freshVhost()];
  database = await openDatabase(uri, log);
  listener = createBus({ url, service: 'listener', log, registry: createMetrics('test').registry });
  const note = async ({ id }: { id: string }) => heard.add(id);
  listener.subscribe([on(msmeListed, 'insert', note)] as readonly Subscription<null>[], null);
  await listener.started();
});

afterAll(async () => {
  await listener.close();
  await database.close();
  await removeDatabase(uri);
  await removeVhost(url);
});

function loadData(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, MONGODB_URI: uri, AMQP_URL: url, LOG_LEVEL: 'silent' };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, 'load-data.ts'), ...args],
      { env },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

type Stored = { _id: string; version: number; outbox: unknown[]; state: object };
const documents = (collection: string): Promise<Stored[]> =>
  database.connection.collection<Stored>(collection).find({}).sort({ _id: 1 }).toArray();

test(
  'lists places and generated MSMEs in their own collections, twice with the same outcome, and sends all events',
  async () => {
    const first = await loadData('--msmes', '300');
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('571 MSMEs listed'), stderr: '' });
    const [places, msmes] = [await documents('osm-places'), await documents('msmes')];
    expect([places.length, msmes.length]).toEqual([271, 300]);
    expect(places.every(({ _id }) => _id.startsWith('osm-'))).toBe(true);
    expect(msmes.every(({ _id }) => _id.startsWith('gen-'))).toBe(true);
    expect([...places, ...msmes].every(({ outbox }) => outbox.length === 0)).toBe(true);

    const second = await loadData('--msmes', '300');
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('0 MSMEs listed') });
    expect([await documents('osm-places'), await documents('msmes')]).toEqual([places, msmes]);

    const more = await loadData('--msmes', '301');
    expect(more).toMatchObject({ code: 0, stdout: expect.stringContaining('1 MSMEs listed') });
    await eventually('every event is heard', () => heard.size >= 572);
    expect(heard.size).toBe(572);
  },
  SLOW_MS,
);

test('a wrong number is refused with the valid range, before anything is written', async () => {
  const answer = await loadData('--msmes', '1000001');
  expect(answer.code).toBe(64);
  expect(answer.stderr).toContain('a whole number from 0 to 1000000');
});
