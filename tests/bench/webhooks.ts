import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@ksbb/testkit';
import axios from 'axios';
import { Registry } from 'prom-client';
import { openWebhooks } from '../../services/fintech-gateway/src/webhooks/open-webhooks.ts';
import { openWebhookEndpoints } from '../../services/fintech-gateway/src/webhooks/stores/endpoints.ts';
import { now, startEchoServer } from './echo-server.ts';
import { clock, log, openBenchDatabase } from './events.ts';
import { gatewaySettings } from './gateway-settings.ts';
import { compare, inParallel, paced, percentile, type Row, rowOf, say } from './rounds.ts';

const OPERATIONS = 1_500;
const AT_ONCE = 10;
const PACED_SECONDS = 8;
/**
 * `webhooks-all`: in batches that are received and settled before the next, so that the embedded database stays small.
 */
const ALL_MESSAGES = 100_000;
const BATCH = 10_000;
const SETTLED_MS = 120_000;
const DATA = {
  loanId: 'KSBB-0000-0000-0011.2',
  collaborationId: 'KSBB-0000-0000-0011',
  partner: 'amanah',
  amountRupiah: 6_000_000,
  note: 'x'.repeat(400),
};
const SETTINGS = { WEBHOOK_ALLOW_LOCAL: 'true', WEBHOOK_AT_ONCE: String(AT_ONCE), WEBHOOK_PER_SECOND: '100000' };
/** What the bare loop writes. */
type Bare = {
  _id: string;
  payload?: string;
  state?: string;
  attempts?: { at: string; status: number }[];
  createdAt: Date;
};

/**
 * The gateway's webhooks on a database of their own, with an endpoint for repayments that responds at once and one for
 * disbursements that never does.
 */
async function openOurs(mongoUrl: string) {
  const server = await startEchoServer('{}');
  const database = await openBenchDatabase(mongoUrl, 'ksbb-bench-webhooks');
  const { connection } = database;
  // An endpoint of an earlier bench would have the address of its server.
  await connection.dropDatabase();
  const settings = gatewaySettings(server.url, SETTINGS);
  const metrics = { registry: new Registry() };
  const webhooks = await openWebhooks({ settings, connection, metrics, clock, log });
  const endpoints = await openWebhookEndpoints(connection);
  for (const [path, eventType] of [
    ['/stamp', 'loan-repaid'],
    ['/hang', 'loan-disbursed'],
  ] as const)
    await endpoints.add({
      endpointId: `ep_${eventType}`,
      partner: 'amanah',
      url: `${server.url}${path}`,
      eventTypes: [eventType],
      secrets: [{ secret: `whsec_${Buffer.alloc(24, 5).toString('base64')}`, expiresAt: null }],
      disabled: null,
      health: { failures: 0, failingSince: null },
      version: 1,
      createdAt: clock().toISOString(),
      description: '',
    });
  let published = 0;
  return {
    server,
    connection,
    publish: (eventType: 'loan-repaid' | 'loan-disbursed' = 'loan-repaid') => {
      const key = `bench-${process.hrtime.bigint()}-${(published += 1)}`;
      return webhooks.notify({ partner: 'amanah', eventType, key, at: clock().toISOString(), data: DATA });
    },
    /** Forgets what was published and received. */
    clear: async () => {
      server.stamps.clear();
      for (const name of ['webhook-messages', 'webhook-deliveries', 'bare-messages', 'bare-deliveries'])
        await connection.collection(name).deleteMany({});
    },
    close: async () => {
      await webhooks.close();
      await database.close();
      await server.close();
    },
  };
}

type Ours = Awaited<ReturnType<typeof openOurs>>;

/** Begins work at an even pace for a while, whether or not the work before has ended. */
async function allPaced<T>(perSecond: number, work: () => Promise<T>): Promise<T[]> {
  const all: Promise<T>[] = [];
  for await (const _ of paced(perSecond, PACED_SECONDS)) all.push(work());
  return Promise.all(all);
}

/** The p95 from publishing a message, its commit included, to its receipt, in milliseconds, at an even pace. */
async function pacedP95({ server, publish }: Ours, perSecond: number): Promise<number> {
  const committed = await allPaced(perSecond, async () => {
    const at = now();
    return { id: await publish(), at };
  });
  await server.untilStamped(committed.length);
  const times = committed.map(({ id, at }) => (server.stamps.get(id) ?? Number.NaN) - at);
  return percentile(times, 0.95);
}

/** The bare POST. */
const post = (url: string, httpAgent: Agent, payload: string) =>
  axios.post(url, Buffer.from(payload), {
    headers: { 'Content-Type': 'application/json' },
    httpAgent,
    responseType: 'text',
    signal: AbortSignal.timeout(15_000),
  });

/** The p95 of the bare POST at the same pace. */
async function postP95(url: string, agent: Agent, perSecond: number): Promise<number> {
  const times = await allPaced(perSecond, async () => {
    const started = performance.now();
    await post(url, agent, JSON.stringify(DATA));
    return performance.now() - started;
  });
  return percentile(times, 0.95);
}

async function latencyRows(ours: Ours, agent: Agent, perSecond: number, rounds: number): Promise<Row[]> {
  const [alone, beside, bare]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await postP95(`${ours.server.url}/`, agent, perSecond));
    await ours.clear();
    alone.push(await pacedP95(ours, perSecond));
    await ours.clear();
    for (let at = 0; at < 3 * AT_ONCE; at += 1) await ours.publish('loan-disbursed');
    await sleep(500);
    beside.push(await pacedP95(ours, perSecond));
    say(`webhooks p95: round ${round + 1} of ${rounds}`);
  }
  const options = { unit: 'ms', decimals: 1 };
  return [
    rowOf('webhooks-p95', 'axios', { ours: alone, theirs: bare }, options),
    rowOf('webhooks-beside-hanging', 'ksbb alone', { ours: beside, theirs: alone }, options),
  ];
}

/**
 * From a message to its receipt and the written outcome, ten calls at once, against a bare loop with the same writes
 * and the same POST; then the p95 at half that rate against a bare POST, and the p95 beside an endpoint that hangs.
 */
export async function benchWebhooks(mongoUrl: string, rounds: number): Promise<Row[]> {
  const ours = await openOurs(mongoUrl);
  const { server, connection, clear: prepare } = ours;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const own = {
    peer: 'ksbb',
    prepare,
    run: async (operations: number) => {
      await inParallel(operations, AT_ONCE, () => ours.publish());
      await server.untilStamped(operations);
    },
  };
  const messages = connection.collection<Bare>('bare-messages');
  const deliveries = connection.collection<Bare>('bare-deliveries');
  const writeAndPost = async (at: number) => {
    const payload = JSON.stringify({ type: 'loan-repaid', timestamp: new Date().toISOString(), data: DATA });
    await messages.insertOne({ _id: `m${at}`, payload, createdAt: new Date() });
    await deliveries.insertOne({ _id: `d${at}`, state: 'pending', attempts: [], createdAt: new Date() });
    const { status } = await post(`${server.url}/`, agent, payload);
    const attempt = { at: new Date().toISOString(), status };
    await deliveries.updateOne({ _id: `d${at}` }, { $set: { state: 'delivered' }, $push: { attempts: attempt } });
  };
  const bare = {
    peer: 'axios',
    prepare,
    run: (operations: number) => inParallel(operations, AT_ONCE, writeAndPost),
  };
  const rows = await compare('webhooks', own, [bare], { operations: OPERATIONS, rounds });
  const perSecond = Math.max(20, Math.floor((rows[0]?.ours ?? 0) / 2));
  rows.push(...(await latencyRows(ours, agent, perSecond, rounds)));
  await ours.close();
  agent.destroy();
  return rows;
}

/** How many messages of a batch were published, and how many of these were received. */
async function runBatch({
  clear,
  publish,
  connection,
  server,
}: Ours): Promise<{ published: number; received: number }> {
  await clear();
  await inParallel(BATCH, AT_ONCE, () => publish());
  const isSettled = async () =>
    (await connection.collection('webhook-deliveries').countDocuments({ state: 'pending' })) === 0;
  await eventually('every delivery is settled', isSettled, SETTLED_MS).catch(() => undefined);
  const messages = connection.collection('webhook-messages').find({}, { projection: { _id: 1 } });
  const ids = (await messages.toArray()).map(({ _id }) => String(_id));
  return { published: ids.length, received: ids.filter((id) => server.stamps.has(id)).length };
}

/** Ids that are published against those that the endpoint has received. One round, whatever is asked for. */
export async function benchWebhooksAll(mongoUrl: string): Promise<Row[]> {
  const ours = await openOurs(mongoUrl);
  let [published, received] = [0, 0];
  for (let at = 0; at < ALL_MESSAGES; at += BATCH) {
    const batch = await runBatch(ours);
    published += batch.published;
    received += batch.received;
    say(`webhooks-all: ${received} of ${published} received`);
  }
  await ours.close();
  // Not rounded, so that one lost message shows.
  const ratio = received / ALL_MESSAGES;
  return [
    { bench: 'webhooks-all', peer: 'published', unit: 'ids', ours: received, theirs: ALL_MESSAGES, ratio, rounds: 1 },
  ];
}
