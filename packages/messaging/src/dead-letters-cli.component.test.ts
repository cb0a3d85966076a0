import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { freshVhost, removeVhost } from '../../../infra/dev/testing.ts';
import { findBroker } from './dead-letters-broker.ts';
import { declareExchange, declareSubscriber } from './topology.ts';

const LETTERS = 300;

let url: string;
let model: ChannelModel;
let channel: ConfirmChannel;

beforeEach(async () => {
  url = await freshVhost();
  model = await connect(url);
  channel = await model.createConfirmChannel();
  await declareExchange(channel);
  await declareSubscriber(channel, 'commitment', []);
  for (let at = 0; at < LETTERS; at += 1) {
    channel.sendToQueue('commitment.dead', Buffer.from(`{"id":"e${at}"}`), { messageId: `e${at}`, type: 'ksbb.x.y.v1', headers: { 'x-ksbb-reason': 'invalid' } });
  }
  await channel.waitForConfirms();
});

afterEach(async () => {
  await model.close();
  await removeVhost(url);
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'dead-letters-cli.ts'), ...args], { env: { ...process.env, AMQP_URL: url } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => child.on('close', (code) => resolve({ code, output })));
  return { child, ended };
}

async function idsIn(queue: string): Promise<string[]> {
  const ids: string[] = [];
  for (let message = await channel.get(queue, { noAck: true }); message !== false; message = await channel.get(queue, { noAck: true })) {
    ids.push(String(message.properties.messageId));
  }
  return ids;
}

test('lists by group, and names the services that are not on this broker', async () => {
  const { code, output } = await start('list').ended;
  expect([code, output]).toEqual([0, expect.stringContaining(`   ${LETTERS}  commitment  ksbb.x.y.v1  invalid`)]);
  expect(output).toContain('reporting: there is no queue reporting.dead on this broker');
});

test('refuses to replay everything by a slip, an unknown word and an unknown service', async () => {
  for (const args of [['replay'], ['empty'], ['list', '--service', 'nobody'], ['show', 'e9999']]) {
    const { code, output } = await start(...args).ended;
    expect([args, code]).toEqual([args, 1]);
    expect(output).toMatch(/needs at least one of|usage:|--service is one of|there is no dead letter of e9999/);
  }
});

test('a replay that is killed halfway and run again loses none; what it sent twice has the same id', async () => {
  const { child, ended } = start('replay', '--service', 'commitment');
  while ((await channel.checkQueue('commitment.in')).messageCount < 20) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill('SIGKILL');
  await ended;
  const again = await start('replay', '--service', 'commitment').ended;
  expect([again.code, again.output]).toEqual([0, expect.stringContaining('0 left')]);
  expect(new Set(await idsIn('commitment.in')).size).toBe(LETTERS);
  expect(await idsIn('commitment.dead')).toEqual([]);
});

describe('the broker it works on', () => {
  const dir = mkdtempSync(join(tmpdir(), 'broker-'));
  const file = join(dir, 'start.json');
  afterAll(() => rmSync(dir, { recursive: true }));

  test('is the one that AMQP_URL names', () => {
    expect(findBroker({ AMQP_URL: 'amqps://broker/ksbb' }, file)).toBe('amqps://broker/ksbb');
    expect(() => findBroker({ AMQP_URL: 'http://broker' }, file)).toThrow('AMQP_URL is not an amqp:// or amqps:// address');
  });

  test('else that of the platform that runs here, while it runs', () => {
    expect(() => findBroker({}, file)).toThrow('no broker');
    writeFileSync(file, JSON.stringify({ pid: process.pid, amqpUrl: 'amqp://here' }));
    expect(findBroker({ AMQP_URL: '' }, file)).toBe('amqp://here');
    // Above the largest process id of Linux.
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, amqpUrl: 'amqp://here' }));
    expect(() => findBroker({}, file)).toThrow('no broker');
  });
});
