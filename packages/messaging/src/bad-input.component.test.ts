import { setTimeout as sleep } from 'node:timers/promises';
import { defineEvent, envelope } from '@ksbb/contracts';
import { createLog, type Log } from '@ksbb/service-kit';
import { type Channel, type ChannelModel, connect, type GetMessage } from 'amqplib';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { freshVhost, removeVhost } from '../../../infra/dev/testing.ts';
import { type Bus, createBus } from './bus.ts';
import { on, type Subscription } from './subscription.ts';

const shelfFilled = defineEvent({
  service: 'shop',
  name: 'shelf-filled',
  major: 1,
  subject: 'the id of the shelf',
  summary: 'For this test.',
  data: z.object({ pieces: z.int().min(1), note: z.string().optional() }),
  example: { pieces: 1 },
});

const silent = createLog('test', 'silent');
const contentOf = (subject: string, note?: string) =>
  Buffer.from(JSON.stringify(envelope(shelfFilled, subject, 1, { pieces: 1, ...(note === undefined ? {} : { note }) }, new Date(0))));

let url: string;
let model: ChannelModel;
let channel: Channel;
const buses: Bus[] = [];

beforeEach(async () => {
  url = await freshVhost();
  model = await connect(url);
  channel = await model.createChannel();
});

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await model.close().catch(() => undefined);
  await removeVhost(url);
});

function open(handled: string[], log: Log = silent, registry = new Registry()): Bus {
  const bus = createBus({ url, service: 'stock', log, registry });
  buses.push(bus);
  const countShelf = async ({ subject }: { subject: string }) => handled.push(subject);
  bus.subscribe([on(shelfFilled, 'insert', countShelf)] as readonly Subscription<null>[], null);
  return bus;
}

async function eventually<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(25);
  }
  throw new Error('it did not happen within 10 s');
}

const take = (queue: string): Promise<GetMessage> => eventually(() => channel.get(queue, { noAck: true }));

test.each([
  ['another content type', () => contentOf('bad'), { contentType: 'application/xml' }, 'wrong-content-type', /^application\/xml; an event is application\/cloudevents\+json$/],
  ['another encoding', () => contentOf('bad'), { contentType: 'application/cloudevents+json; charset=latin1' }, 'wrong-content-type', /latin1/],
  ['1 MiB and more', () => contentOf('bad', 'x'.repeat(1024 * 1024)), {}, 'too-large', /bytes; an event has less than 1048576$/],
])('a message of %s is set aside at once, says why, and its neighbour is handled', async (_what, content, properties, reason, error) => {
  const handled: string[] = [];
  const registry = new Registry();
  await open(handled, silent, registry).started();
  channel.sendToQueue('stock.in', content(), { messageId: 'bad', ...properties });
  channel.sendToQueue('stock.in', contentOf('good'), { contentType: 'application/cloudevents+json; charset=utf-8' });
  const dead = await take('stock.dead');
  expect(dead.properties.headers).toMatchObject({ 'x-ksbb-reason': reason, 'x-ksbb-error': expect.stringMatching(error) });
  await eventually(async () => handled.length > 0);
  expect(handled).toEqual(['good']);
  expect(await registry.metrics()).toContain(`ksbb_dead_letters_total{event="stock.in",reason="${reason}"} 1`);
});

test('a queue that stands with other arguments is named with how to migrate, is not touched, and is taken once it fits', async () => {
  await channel.assertQueue('stock.in', { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-max-length': 5 } });
  channel.sendToQueue('stock.in', contentOf('kept'));
  const said: string[] = [];
  const log = { ...silent, info: () => undefined, warn: () => undefined, error: (_fields: object, text: string) => said.push(text) } as unknown as Log;
  const handled: string[] = [];
  const bus = open(handled, log);
  await eventually(async () => said.length > 0);
  expect(said[0]).toMatch(/^queue stock\.in stands with other arguments than this release declares: .*x-.*rabbitmqctl delete_queue stock\.in --if-empty/);
  expect(bus.ready()).toBe(false);
  expect((await channel.checkQueue('stock.in')).messageCount).toBe(1);
  await channel.deleteQueue('stock.in');
  await bus.started();
  channel.sendToQueue('stock.in', contentOf('new'));
  await eventually(async () => handled.includes('new'));
});

test('deliveries that were in hand whenever their process died are handled one at a time, and the guilty one is given up', async () => {
  const seen: string[] = [];
  // A death takes the connection away without a settlement: here a connection is cut off each time the guilty one is met.
  const meet = async (queue: string, prefetch: number) => {
    const dying = await connect(url);
    dying.on('error', () => undefined);
    const consumer = await dying.createChannel();
    await consumer.prefetch(prefetch);
    await consumer.consume(queue, () => undefined);
    await eventually(async () => (await channel.checkQueue(queue)).messageCount === 0);
    await dying.close();
  };
  await open([]).started();
  await buses.splice(0)[0]?.close();
  for (const subject of ['guilty', 'neighbour-1', 'neighbour-2']) channel.sendToQueue('stock.in', contentOf(subject), { messageId: subject });
  await meet('stock.in', 10);
  await meet('stock.in', 10);
  await eventually(async () => (await channel.checkQueue('stock.in')).messageCount === 3);
  const registry = new Registry();
  const bus = open(seen, silent, registry);
  await bus.started();
  await eventually(async () => seen.length === 3);
  expect(seen.toSorted()).toEqual(['guilty', 'neighbour-1', 'neighbour-2']);
  expect(await registry.metrics()).toMatch(/ksbb_event_redeliveries_total\{event="stock\.in"\} 3/);
  await bus.close();
  channel.sendToQueue('stock.alone', contentOf('guilty'), { messageId: 'guilty' });
  for (let deaths = 0; deaths < 4; deaths += 1) await meet('stock.alone', 1);
  await open(seen).started();
  expect((await take('stock.dead')).properties).toMatchObject({ messageId: 'guilty', headers: { 'x-ksbb-reason': 'kills-its-consumer' } });
  expect(seen).toHaveLength(3);
});

test.each([
  [{ prefetch: 0 }, /prefetch is 0: a whole number from 1 to 1000/],
  [{ prefetch: 600 }, /window\.messages \(512\) is less than prefetch \(600\)/],
  [{ window: { messages: 512, bytes: 1000 } }, /window\.bytes \(1000\) is less than the largest event \(1048576\)/],
])('limits that cannot work together are refused at once: %j', (limits, why) => {
  expect(() => createBus({ url, service: 'stock', log: silent, registry: new Registry(), ...limits })).toThrow(why);
});
