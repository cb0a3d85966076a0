import axios from 'axios';
import {
  type ChildProcess,
  eventually,
  freePorts,
  freshDatabase,
  launchServiceProcess,
  removeDatabase,
  startTcpProxy,
} from '@ksbb/testkit';
import { type CallbackReceiver, startCallbackReceiver } from './testing/callback-receiver.ts';
import { callersOf, environmentOf, QARDH_PATH, qardhBody } from './testing/sandbox.ts';

type Process = { child: ChildProcess; url: string; health: string; output: () => string };

let uri: string;
let receiver: CallbackReceiver;
const children: ChildProcess[] = [];

beforeEach(async () => {
  uri = freshDatabase('sandbox-process');
  receiver = await startCallbackReceiver();
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
  await receiver.close();
  await removeDatabase(uri);
});

async function run(change: Record<string, string> = {}): Promise<Process> {
  const [port, healthPort] = await freePorts(2);
  const environment = {
    ...environmentOf(uri, receiver.port),
    PORT: String(port),
    HEALTH_PORT: String(healthPort),
    LOG_LEVEL: 'info',
    ...change,
  };
  let output = '';
  const child = launchServiceProcess('fintech-sandbox', environment, (line) => (output += `${line}\n`));
  children.push(child);
  return { child, url: `http://127.0.0.1:${port}`, health: `http://127.0.0.1:${healthPort}`, output: () => output };
}

async function statusOf(url: string): Promise<number> {
  return axios.get(url, { validateStatus: () => true, timeout: 5_000 }).then(
    ({ status }) => status,
    () => 0,
  );
}

const isReady = ({ health }: Process) =>
  eventually('readiness', async () => (await statusOf(`${health}/healthz/ready`)) === 200);

async function sign(url: string, reference: string): Promise<void> {
  const { amanah, signOn } = callersOf(url);
  const { body } = await amanah('post', QARDH_PATH, qardhBody(reference)).expect(200);
  await signOn(body.eContractUrl).expect(303);
}

test('a process that was killed goes on with its callbacks and disbursements after a restart', async () => {
  receiver.answerWith(() => 503);
  // The first callback of a contract is tried ten times, for minutes, before the next one is sent.
  const first = await run({ DISBURSE_AFTER_MS: '2000', CALLBACK_RETRY_BASE_MS: '300' });
  await isReady(first);
  await Promise.all(['kill-1', 'kill-2', 'kill-3'].map((reference) => sign(first.url, reference)));
  await eventually('the first callbacks', () => receiver.received.length >= 3);
  await first.child.kill();
  expect(receiver.received.map(({ body }) => body.event)).not.toContain('DISBURSED');

  receiver.answerWith(() => 200);
  const second = await run({ DISBURSE_AFTER_MS: '2000', CALLBACK_RETRY_BASE_MS: '20' });
  await isReady(second);
  const { admin } = callersOf(second.url);
  for (const reference of ['kill-1', 'kill-2', 'kill-3']) {
    await eventually(`the deliveries of ${reference}`, async () => {
      const { body } = await admin('get', `/admin/contracts/amanah/${reference}`);
      return body.callbacks.delivered === 2 && body.status === 'disbursed';
    });
    const delivered = receiver.received.filter(
      ({ body, status }) => body.partnerReferenceNo === reference && status === 200,
    );
    expect(delivered.map(({ body }) => body.event)).toEqual(['CONTRACT_SIGNED', 'DISBURSED']);
  }
}, 120_000);

test('SIGTERM finishes the work in flight and exits 0', async () => {
  const running = await run();
  await isReady(running);
  await sign(running.url, 'term-1');
  expect(await running.child.stop()).toEqual({ code: 0, signal: undefined });
});

test('all malformed settings are named, and no secret is shown', async () => {
  const { child, output } = await run({ LUMBUNG_TOKEN: 'too-short', AMANAH_CALLBACK_URL: '', DISBURSE_AFTER_MS: '-1' });
  expect((await child.ended).code).toBeGreaterThan(0);
  for (const name of ['LUMBUNG_TOKEN', 'AMANAH_CALLBACK_URL', 'DISBURSE_AFTER_MS']) expect(output()).toContain(name);
  expect(output()).not.toContain('too-short');
});

test('it waits for its database, answers 503 while the database is away, and recovers alone', async () => {
  const { hostname, port } = new URL(uri);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  proxy.refuse(true);
  const through = new URL(uri);
  through.port = String(proxy.port);
  const running = await run({ MONGODB_URI: through.href });
  try {
    await eventually('the log line', () => running.output().includes('not there yet'));
    expect(await statusOf(`${running.health}/healthz/live`)).toBe(200);
    expect(await statusOf(`${running.health}/healthz/ready`)).toBe(503);

    proxy.refuse(false);
    await isReady(running);
    const { amanah } = callersOf(running.url);
    await amanah('post', QARDH_PATH, qardhBody('away-1')).expect(200);

    proxy.refuse(true);
    await eventually('no readiness', async () => (await statusOf(`${running.health}/healthz/ready`)) === 503);
    const refused = await amanah('post', QARDH_PATH, qardhBody('away-2'))
      .expect(503)
      .expect('Content-Type', /problem\+json/);
    expect(refused.headers['retry-after']).toBe('2');

    proxy.refuse(false);
    await isReady(running);
    await sign(running.url, 'away-2');
    await eventually('the disbursement', () => receiver.received.some(({ body }) => body.event === 'DISBURSED'));
  } finally {
    await running.child.kill();
    proxy.close();
  }
}, 120_000);
