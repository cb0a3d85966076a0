import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '@ksbb/service-kit';
import { openDatabase } from '@ksbb/document-store';
import axios from 'axios';
import { openWebhookDeliveries } from '../../services/fintech-gateway/src/webhooks/stores/deliveries.ts';
import { openWebhookEndpoints } from '../../services/fintech-gateway/src/webhooks/stores/endpoints.ts';
import { openWebhookMessages } from '../../services/fintech-gateway/src/webhooks/stores/messages.ts';
import { createDispatcher } from '../../services/fintech-gateway/src/webhooks/dispatcher.ts';
import { guardedAgents } from '../../services/fintech-gateway/src/webhooks/guarded-agents.ts';
import { createWebhookOutbox, type Enqueue } from '../../services/fintech-gateway/src/webhooks/outbox.ts';
import { WEBHOOK_STEPS_MS } from '../../services/fintech-gateway/src/settings.ts';
import { createSend } from '../../services/fintech-gateway/src/webhooks/send.ts';
import { type EchoServer, now, startEchoServer } from './echo-server.ts';
import { inParallel } from './gateway-call.ts';
import { compare, median, type Row } from './rounds.ts';

const OPERATIONS = 1_500;
const AT_ONCE = 10;
const PACED_SECONDS = 8;
const DATA = {
  loanId: 'KSBB-0000-0000-0011.2',
  collaborationId: 'KSBB-0000-0000-0011',
  partner: 'amanah',
  amountRupiah: 6_000_000,
  note: 'x'.repeat(400),
};

const p95 = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
const tenths = (value: number) => Math.round(value * 10) / 10;

/** The gateway's webhooks on a database, as it wires them but for the limit of messages a second. */
export async function openOurs(mongoUrl: string, server: EchoServer) {
  const address = new URL(mongoUrl);
  address.pathname = '/ksbb-bench-webhooks';
  const log = createLog('bench', 'silent');
  const database = await openDatabase(address.href, log);
  const { connection } = database;
  // An endpoint of an earlier bench would have the address of its server.
  await connection.dropDatabase();
  const endpoints = await openWebhookEndpoints(connection);
  const messages = await openWebhookMessages(connection);
  const deliveries = await openWebhookDeliveries(connection);
  const clock = () => new Date();
  const agents = guardedAgents({ allowLocal: true });
  const send = createSend({ agents, timeoutMs: 15_000 });
  const stopping = new AbortController();
  let ticking = Promise.resolve();
  let asked = false;
  const dispatch = () => {
    if (asked) return;
    asked = true;
    ticking = ticking.then(async () => {
      asked = false;
      await dispatcher.tick(stopping.signal);
    });
  };
  const enqueue: Enqueue = (endpointId, pending) => dispatcher.enqueue(endpointId, pending);
  const outbox = createWebhookOutbox({ endpoints, messages, deliveries, enqueue, dispatch, clock });
  const settings = { atOnce: AT_ONCE, perSecond: 100_000, leaseMs: 30_000, steps: WEBHOOK_STEPS_MS };
  const dispatcher = createDispatcher({
    endpoints,
    messages,
    deliveries,
    outbox,
    send,
    settings,
    onAttempt: () => undefined,
    clock,
    log,
  });
  const poll = setInterval(dispatch, 1_000);
  const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
  const fresh = {
    disabled: null,
    health: { failures: 0, failingSince: null },
    version: 1,
    createdAt: new Date().toISOString(),
    description: '',
  };
  const addEndpoint = (endpointId: string, path: string, eventTypes: ['loan-repaid'] | ['loan-disbursed']) =>
    endpoints.add({
      endpointId,
      partner: 'amanah',
      url: `${server.url}${path}`,
      eventTypes,
      secrets: [{ secret, expiresAt: null }],
      ...fresh,
    });
  let said = 0;
  const tell = (eventType: 'loan-repaid' | 'loan-disbursed' = 'loan-repaid') => {
    const key = `bench-${process.hrtime.bigint()}-${(said += 1)}`;
    return outbox.notify({ partner: 'amanah', eventType, key, at: new Date().toISOString(), data: DATA });
  };
  return {
    connection,
    addEndpoint,
    tell,
    clear: async () => {
      for (const name of ['webhook-messages', 'webhook-deliveries', 'bare-messages', 'bare-deliveries'])
        await connection.collection(name).deleteMany({});
    },
    close: async () => {
      clearInterval(poll);
      stopping.abort();
      await ticking;
      await dispatcher.close();
      agents.close();
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

/** Does something at an even pace for a while, whether or not the one before has ended. */
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

/** The p95 from the telling of a message, its commit included, to its receipt, in milliseconds, of messages told at an even pace. */
async function pacedP95(ours: Ours, heard: ReturnType<typeof stamps>, perSecond: number): Promise<number> {
  heard.reset();
  const committed = await paced(perSecond, async () => {
    const at = now();
    return { id: await ours.tell(), at };
  });
  await heard.until(committed.length);
  return p95(committed.map(({ id, at }) => heard.at(id) - at));
}

/** The p95 of the bare POST at the same pace. */
async function postP95(url: string, agent: Agent, perSecond: number): Promise<number> {
  const times = await paced(perSecond, async () => {
    const started = performance.now();
    await axios.post(url, Buffer.from(JSON.stringify(DATA)), { httpAgent: agent, responseType: 'text' });
    return performance.now() - started;
  });
  return p95(times);
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
    for (let at = 0; at < 3 * AT_ONCE; at += 1) await ours.tell('loan-disbursed');
    await sleep(500);
    const beside = await pacedP95(ours, heard, perSecond);
    figures.push({ alone, beside, bare });
    process.stdout.write(`   webhooks p95: round ${round + 1} of ${rounds}\n`);
  }
  const [alone, beside, bare] = (['alone', 'beside', 'bare'] as const).map((name) =>
    tenths(median(figures.map((figure) => figure[name]))),
  ) as [number, number, number];
  const row = (bench: string, peer: string, own: number, other: number): Row => {
    return {
      bench,
      peer,
      unit: 'ms',
      ours: own,
      theirs: other,
      ratio: Math.round((own / other) * 100) / 100,
      rounds: figures.length,
    };
  };
  return [row('webhooks-p95', 'axios', alone, bare), row('webhooks-beside-hanging', 'ksbb alone', beside, alone)];
}

/**
 * From a message to its receipt and the written outcome, ten calls at once, against a bare loop with the same writes and the
 * same POST; then the p95 at half that rate against a bare POST, and the p95 beside an endpoint that hangs.
 */
export async function benchWebhooks(mongoUrl: string, rounds: number): Promise<Row[]> {
  const server = await startEchoServer('{}');
  const ours = await openOurs(mongoUrl, server);
  await ours.addEndpoint('ep_quick', '/stamp', ['loan-repaid']);
  await ours.addEndpoint('ep_hang', '/hang', ['loan-disbursed']);
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
      await inParallel(operations, AT_ONCE, () => ours.tell());
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
