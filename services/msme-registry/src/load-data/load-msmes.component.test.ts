import { msmeListed } from '@ksbb/contracts';
import { createRelay, openDatabase } from '@ksbb/document-store';
import { createBus, on, type Subscription } from '@ksbb/messaging';
import { createLog, createMetrics } from '@ksbb/service-kit';
import { eventually, freshDatabase, freshVhost, removeDatabase, removeVhost, startTcpProxy } from '@ksbb/testkit';
import { openMsmeStores } from '../stores.ts';
import { loadMsmes } from './load-msmes.ts';

/** The driver needs seconds to notice each fault. */
const SLOW_MS = 180_000;
const PLACES = 271;
const GENERATED = 3_000;

const log = createLog('test', 'silent');
const clock = () => new Date();
const uri = freshDatabase('load-faults');
const url = await freshVhost();
const busOf = (service: string) => createBus({ url, service, log, registry: createMetrics('test').registry });

const listener = busOf('listener');
const heard = new Set<string>();
const note = async ({ id }: { id: string }) => heard.add(id);
listener.subscribe([on(msmeListed, 'insert', note)] as readonly Subscription<null>[], null);
await listener.started();

const BATCH_BYTES = 30_000;
/** From the next batch that is written until it is reset, what the database answers is lost. */
const replies = { losesFromNextBatch: false, lost: false };
const target = { host: new URL(uri).hostname, port: Number(new URL(uri).port) };
const proxy = await startTcpProxy(target, () => ({
  fromClient: (chunk) => {
    if (chunk.length > BATCH_BYTES && replies.losesFromNextBatch)
      Object.assign(replies, { losesFromNextBatch: false, lost: true });
    return chunk;
  },
  fromServer: (chunk) => (replies.lost ? null : chunk),
}));
const proxied = new URL(uri);
proxied.host = `127.0.0.1:${proxy.port}`;

const direct = await openDatabase(uri, log);
const database = await openDatabase(proxied.href, log);
const bus = busOf('msme-registry');
await bus.started();
const relay = createRelay({ publisher: bus, log, clock, registry: createMetrics('test').registry });
const msmes = await openMsmeStores({ connection: database.connection, relay, clock });
const parts = { msmes, relay, connected: bus.connected, clock };

afterAll(async () => {
  proxy.refuse(false);
  await relay.close();
  await Promise.all([bus.close(), listener.close(), database.close(), direct.close()]);
  proxy.close();
  await removeDatabase(uri);
  await removeVhost(url);
});

const versions = async (collection: string) => {
  const documents = await direct.connection.collection(collection).find({}).toArray();
  return documents.map(({ version }) => Number(version));
};

test(
  'the job goes on after a lost reply, refused and stalled connections, and writes every MSME once',
  async () => {
    const waits: string[] = [];
    /** The fault that follows after a number of MSMEs. */
    const faults = new Map<number, () => void>([
      [PLACES, () => (replies.losesFromNextBatch = true)],
      [PLACES + 1_000, () => proxy.refuse(true)],
      [PLACES + 2_000, () => proxy.stall()],
    ]);
    const created = await loadMsmes(GENERATED, {
      ...parts,
      onProgress: ({ done }) => faults.get(done)?.(),
      onWait: ({ message }) => {
        waits.push(message);
        replies.lost = false;
        proxy.refuse(false);
      },
    });
    expect(created).toBe(PLACES + GENERATED);
    expect(waits.length).toBeGreaterThanOrEqual(2);
    expect(await versions('osm-places')).toEqual(Array(PLACES).fill(1));
    expect(await versions('msmes')).toEqual(Array(GENERATED).fill(1));
    await eventually('every event is heard', () => heard.size >= PLACES + GENERATED);
    expect(heard.size).toBe(PLACES + GENERATED);
  },
  SLOW_MS,
);

test('another run skips the MSMEs in the database', async () => {
  const created = await loadMsmes(GENERATED + 1, { ...parts, onProgress: () => undefined, onWait: () => undefined });
  expect(created).toBe(1);
});

test('a database that stays unavailable ends the job with an error that says how to resume', async () => {
  proxy.refuse(true);
  const run = loadMsmes(0, { ...parts, giveUpAfterMs: 2_000, onProgress: () => undefined, onWait: () => undefined });
  await expect(run).rejects.toThrow(/not available for 2 s: .*Run the job again/);
});
