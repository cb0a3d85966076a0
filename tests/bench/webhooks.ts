import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@ksbb/testkit';
import axios from 'axios';
import { Registry } from 'prom-client';
import { type Settings, WEBHOOK_STEPS_MS } from '../../services/fintech-gateway/src/settings.ts';
import { openWebhooks } from '../../services/fintech-gateway/src/webhooks/open-webhooks.ts';
import { openWebhookEndpoints } from '../../services/fintech-gateway/src/webhooks/stores/endpoints.ts';
import { type EchoServer, now, startEchoServer } from './echo-server.ts';
import { clock, log, openBenchDatabase } from './events.ts';
import { compare, inParallel, median, percentile, rounded, type Row } from './rounds.ts';

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
/** Those of the gateway's README, but for the limit of messages a second. */
const SETTINGS = {
  WEBHOOK_ALLOW_LOCAL: true,
  WEBHOOK_TIMEOUT_MS: 15_000,
  WEBHOOK_AT_ONCE: AT_ONCE,
  WEBHOOK_PER_SECOND: 100_000,
  WEBHOOK_POLL_MS: 1_000,
  WEBHOOK_STEPS_MS,
  OPERATOR_TOKEN: 'nobody asks for it here',
};

/** The gateway's webhooks on a database of their own. */
async function openOurs(mongoUrl: string, server: EchoServer) {
  const database = await openBenchDatabase(mongoUrl, 'ksbb-bench-webhooks');
  const { connection } = database;
  // An endpoint of an earlier bench would have the address of its server.
  await connection.dropDatabase();
  const settings = SETTINGS as unknown as Settings;
  const metrics = { registry: new Registry() };
  const webhooks = await openWebhooks({ settings, connection, metrics, clock, log });
  const endpoints = await openWebhookEndpoints(connection);
  const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
  let published = 0;
  return {
    connection,
    addEndpoint: (endpointId: string, path: string, eventType: 'loan-repaid' | 'loan-disbursed') =>
      endpoints.add({
        endpointId,
        partner: 'amanah',
        url: `${server.url}${path}`,
        eventTypes: [eventType],
        secrets: [{ secret, expiresAt: null }],
        disabled: null,
        health: { failures: 0, failingSince: null },
        version: 1,
        createdAt: clock().toISOString(),
        description: '',
      }),
    publish: (eventType: 'loan-repaid' | 'loan-disbursed' = 'loan-repaid') => {
      const key = `bench-${process.hrtime.bigint()}-${(published += 1)}`;
      return webhooks.notify({ partner: 'amanah', eventType, key, at: clock().toISOString(), data: DATA });
    },
    clear: async () => {
      for (const name of ['webhook-messages', 'webhook-deliveries', 'bare-messages', 'bare-deliveries'])
        await connection.collection(name).deleteMany({});
    },
    close: async () => {
      await webhooks.close();
      await database.close();
    },
  };
}

type Ours = Awaited<ReturnType<typeof openOurs>>;

/** When each message was received, by its id. */
function stamps(server: EchoServer) {
  let waiting: { wanted: number; done: () => void } | undefined;
  let received = new Map<string, number>();
  server.onStamp((id, at) => {
    received.set(id, at);
    if (waiting !== undefined && received.size >= waiting.wanted) waiting.done();
  });
  return {
    reset: () => {
      received = new Map();
    },
    until: (wanted: number) =>
      received.size >= wanted ? Promise.resolve() : new Promise<void>((done) => (waiting = { wanted, done })),
    at: (id: string) => received.get(id) ?? Number.NaN,
  };
}

/** Begins work at an even pace for a while, whether or not the work before has ended. */
async function paced<T>(perSecond: number, work: () => Promise<T>): Promise<T[]> {
  const all: Promise<T>[] = [];
  const started = performance.now();
  for (let at = 0; at < perSecond * PACED_SECONDS; at += 1) {
    const early = started + (at * 1000) / perSecond - performance.now();
    if (early > 0) await sleep(early);
    all.push(work());
  }
  return Promise.all(all);
}

/** The p95 from publishing a message, its commit included, to its receipt, in milliseconds, at an even pace. */
async function pacedP95(ours: Ours, heard: ReturnType<typeof stamps>, perSecond: number): Promise<number> {
  heard.reset();
  const committed = await paced(perSecond, async () => {
    const at = now();
    return { id: await ours.publish(), at };
  });
  await heard.until(committed.length);
  return percentile(
    committed.map(({ id, at }) => heard.at(id) - at),
    0.95,
  );
}

/** The p95 of the bare POST at the same pace. */
async function postP95(url: string, agent: Agent, perSecond: number): Promise<number> {
  const times = await paced(perSecond, async () => {
    const started = performance.now();
    await axios.post(url, Buffer.from(JSON.stringify(DATA)), { httpAgent: agent, responseType: 'text' });
    return performance.now() - started;
  });
  return percentile(times, 0.95);
}

async function latencyRows(
  ours: Ours,
  server: EchoServer,
  heard: ReturnType<typeof stamps>,
  rate: number,
  rounds: number,
  agent: Agent,
): Promise<Row[]> {
  const perSecond = Math.max(20, Math.floor(rate / 2));
  const figures: { alone: number; beside: number; bare: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const bare = await postP95(`${server.url}/`, agent, perSecond);
    await ours.clear();
    const alone = await pacedP95(ours, heard, perSecond);
    await ours.clear();
    for (let at = 0; at < 3 * AT_ONCE; at += 1) await ours.publish('loan-disbursed');
    await sleep(500);
    const beside = await pacedP95(ours, heard, perSecond);
    figures.push({ alone, beside, bare });
    process.stdout.write(`   webhooks p95: round ${round + 1} of ${rounds}\n`);
  }
  const [alone, beside, bare] = (['alone', 'beside', 'bare'] as const).map((name) =>
    rounded(median(figures.map((figure) => figure[name])), 1),
  ) as [number, number, number];
  const row = (bench: string, peer: string, own: number, other: number): Row => {
    return {
      bench,
      peer,
      unit: 'ms',
      ours: own,
      theirs: other,
      ratio: rounded(own / other, 2),
      rounds: figures.length,
    };
  };
  return [row('webhooks-p95', 'axios', alone, bare), row('webhooks-beside-hanging', 'ksbb alone', beside, alone)];
}

/**
 * From a message to its receipt and the written outcome, ten calls at once, against a bare loop with the same writes
 * and the
 * same POST; then the p95 at half that rate against a bare POST, and the p95 beside an endpoint that hangs.
 */
export async function benchWebhooks(mongoUrl: string, rounds: number): Promise<Row[]> {
  const server = await startEchoServer('{}');
  const ours = await openOurs(mongoUrl, server);
  await ours.addEndpoint('ep_quick', '/stamp', 'loan-repaid');
  await ours.addEndpoint('ep_hang', '/hang', 'loan-disbursed');
  const heard = stamps(server);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const { connection } = ours;
  const prepare = async () => {
    await ours.clear();
    heard.reset();
  };
  const own = {
    peer: 'ksbb',
    prepare,
    run: async (operations: number) => {
      await inParallel(operations, AT_ONCE, () => ours.publish());
      await heard.until(operations);
    },
  };
  const bare = {
    peer: 'axios',
    prepare,
    run: (operations: number) =>
      inParallel(operations, AT_ONCE, async (at) => {
        const payload = JSON.stringify({ type: 'loan-repaid', timestamp: new Date().toISOString(), data: DATA });
        await connection
          .collection('bare-messages')
          .insertOne({ _id: `m${at}`, payload, createdAt: new Date() } as never);
        await connection
          .collection('bare-deliveries')
          .insertOne({ _id: `d${at}`, state: 'pending', attempts: [], createdAt: new Date() } as never);
        const headers = { 'Content-Type': 'application/json' };
        const answer = await axios.post(`${server.url}/`, Buffer.from(payload), {
          headers,
          httpAgent: agent,
          responseType: 'text',
          signal: AbortSignal.timeout(15_000),
        });
        const attempt = { at: new Date().toISOString(), status: answer.status };
        await connection
          .collection('bare-deliveries')
          .updateOne(
            { _id: `d${at}` } as object,
            { $set: { state: 'delivered' }, $push: { attempts: attempt } } as object,
          );
      }),
  };
  const rows = await compare('webhooks', own, [bare], { operations: OPERATIONS, rounds });
  rows.push(...(await latencyRows(ours, server, heard, rows[0]?.ours ?? 100, rounds, agent)));
  await ours.close();
  agent.destroy();
  await server.close();
  return rows;
}

/** How many messages of a batch were published, and how many of these were received. */
async function runBatch(ours: Ours, heard: Set<string>): Promise<{ published: number; received: number }> {
  await ours.clear();
  heard.clear();
  await inParallel(BATCH, AT_ONCE, () => ours.publish());
  const [messages, deliveries] = ['webhook-messages', 'webhook-deliveries'].map((name) =>
    ours.connection.collection(name),
  ) as [ReturnType<typeof ours.connection.collection>, ReturnType<typeof ours.connection.collection>];
  const isSettled = async () => (await deliveries.countDocuments({ state: 'pending' })) === 0;
  await eventually('every delivery is settled', isSettled, SETTLED_MS).catch(() => undefined);
  const ids = (await messages.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => String(_id));
  return { published: ids.length, received: ids.filter((id) => heard.has(id)).length };
}

/** Ids that are published against those that the endpoint has received. One round, whatever is asked for. */
export async function benchWebhooksAll(mongoUrl: string): Promise<Row[]> {
  const server = await startEchoServer('{}');
  const ours = await openOurs(mongoUrl, server);
  await ours.addEndpoint('ep_quick', '/stamp', 'loan-repaid');
  const heard = new Set<string>();
  server.onStamp((id) => heard.add(id));
  let [published, received] = [0, 0];
  for (let at = 0; at < ALL_MESSAGES; at += BATCH) {
    const batch = await runBatch(ours, heard);
    published += batch.published;
    received += batch.received;
    process.stdout.write(`   webhooks-all: ${received} of ${published} received\n`);
  }
  await ours.close();
  await server.close();
  const ratio = received / ALL_MESSAGES;
  return [
    { bench: 'webhooks-all', peer: 'published', unit: 'ids', ours: received, theirs: ALL_MESSAGES, ratio, rounds: 1 },
  ];
}
