import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { eventually } from '../../../testkit/src/eventually.ts';
import { freshVhost, removeVhost } from '../../../testkit/src/servers.ts';
import { declareExchange, declareSubscriber } from '../topology.ts';

const MESSAGES = 300;
/** Messages that are in flight at the same time. */
const WINDOW = 10;

let url: string;
let model: ChannelModel;
let channel: ConfirmChannel;

beforeEach(async () => {
  url = await freshVhost();
  model = await connect(url);
  channel = await model.createConfirmChannel();
  await declareExchange(channel);
  await declareSubscriber(channel, 'commitment', []);
  for (let at = 0; at < MESSAGES; at += 1) {
    channel.sendToQueue('commitment.dead', Buffer.from(`{"id":"e${at}"}`), {
      messageId: `e${at}`,
      type: 'ksbb.x.y.v1',
      headers: { 'x-ksbb-reason': 'invalid' },
    });
  }
  await channel.waitForConfirms();
});

afterEach(async () => {
  await model.close();
  await removeVhost(url);
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../testing/dead-letters.ts'), ...args], {
    env: { ...process.env, AMQP_URL: url },
  });
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const ended = new Promise<{ code: number | null; output: string; complaints: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output, complaints })),
  );
  return { child, ended };
}

async function idsIn(queue: string): Promise<string[]> {
  const ids: string[] = [];
  for (
    let message = await channel.get(queue, { noAck: true });
    message !== false;
    message = await channel.get(queue, { noAck: true })
  ) {
    ids.push(String(message.properties.messageId));
  }
  return ids;
}

test('lists by group, and names the services that are not on this broker', async () => {
  const { code, output, complaints } = await start('list').ended;
  expect([code, output]).toEqual([0, expect.stringContaining(` ${MESSAGES}  commitment  ksbb.x.y.v1  invalid`)]);
  expect(complaints).toContain('reporting: there is no queue reporting.dead on this broker');
});

test('refuses to replay everything by a slip, an unknown word and an unknown service', async () => {
  for (const args of [['replay'], ['empty'], ['list', '--service', 'nobody'], ['show', 'e9999']]) {
    const { code, complaints } = await start(...args).ended;
    expect([args, code]).toEqual([args, 1]);
    expect(complaints).toMatch(/needs at least one of|usage:|--service is one of|there is no dead letter of e9999/);
  }
});

test('shows and counts as JSON', async () => {
  const { output } = await start('list', '--service', 'commitment', '--json').ended;
  expect(JSON.parse(output)).toMatchObject({
    groups: [{ service: 'commitment', count: MESSAGES }],
    letters: MESSAGES,
    unseen: 0,
  });
  expect(JSON.parse((await start('show', 'e7', '--service', 'commitment', '--json').ended).output)).toMatchObject({
    letters: [{ eventId: 'e7', content: '{"id":"e7"}' }],
  });
  expect(JSON.parse((await start('discard', '--id', 'e7', '--service', 'commitment', '--json').ended).output)).toEqual({
    discarded: 1,
    left: MESSAGES - 1,
  });
});

test('a replay killed three times has every effect once, and repeats at most a batch for each kill', async () => {
  const kills = 3;
  const effects = new Set<string>();
  let deliveries = 0;
  await channel.consume('commitment.in', (message) => {
    if (message === null) return;
    deliveries += 1;
    effects.add(String(message.properties.messageId));
    channel.ack(message);
  });
  for (let kill = 1; kill <= kills; kill += 1) {
    const { child, ended } = start('replay', '--service', 'commitment');
    while (deliveries < kill * 30) await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
  }
  expect(deliveries).toBeLessThan(MESSAGES);
  const last = await start('replay', '--service', 'commitment').ended;
  expect([last.code, last.output]).toEqual([0, expect.stringContaining('0 left')]);
  expect((await start('replay', '--service', 'commitment').ended).output).toContain('0 dead letters replayed, 0 left');
  await eventually('every event handled', () => effects.size === MESSAGES);
  expect(deliveries).toBeLessThanOrEqual(MESSAGES + kills * WINDOW);
  expect((await channel.checkQueue('commitment.dead')).messageCount).toBe(0);
});

test('two that replay at the same time send each message once', async () => {
  const both = await Promise.all([1, 2].map(() => start('replay', '--service', 'commitment').ended));
  expect(both.map(({ output }) => output).sort()).toEqual([
    '0 dead letters replayed, 0 left\n',
    `${MESSAGES} dead letters replayed, 0 left\n`,
  ]);
  expect((await idsIn('commitment.in')).sort()).toEqual(Array.from({ length: MESSAGES }, (_, at) => `e${at}`).sort());
});
