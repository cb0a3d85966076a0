import { envelope } from '@ksbb/contracts';
import { createLog, type Log } from '@ksbb/service-kit';
import { connect } from 'amqplib';
import { Registry } from 'prom-client';
import { eventually } from '../../testkit/src/eventually.ts';
import { type Bus, createBus } from './bus.ts';
import { on, type Subscription } from './subscription.ts';
import { shelfFilled, useBroker } from './testing/stock.ts';

const broker = useBroker();
const silent = createLog('test', 'silent');
const contentOf = (subject: string, note?: string) =>
  Buffer.from(
    JSON.stringify(
      envelope(shelfFilled, subject, 1, { pieces: 1, ...(note === undefined ? {} : { note }) }, new Date(0)),
    ),
  );

function open(handled: string[], log: Log = silent, registry = new Registry()): Bus {
  const bus = createBus({ url: broker.url, service: 'stock', log, registry });
  broker.buses.push(bus);
  const countShelf = async ({ subject }: { subject: string }) => handled.push(subject);
  bus.subscribe([on(shelfFilled, 'insert', countShelf)] as readonly Subscription<null>[], null);
  return bus;
}

test.each([
  [
    'another content type',
    () => contentOf('bad'),
    { contentType: 'application/xml' },
    'wrong-content-type',
    /^application\/xml; an event is application\/cloudevents\+json$/,
  ],
  [
    'another encoding',
    () => contentOf('bad'),
    { contentType: 'application/cloudevents+json; charset=latin1' },
    'wrong-content-type',
    /latin1/,
  ],
  [
    '1 MiB and more',
    () => contentOf('bad', 'x'.repeat(1024 * 1024)),
    {},
    'too-large',
    /bytes; an event has less than 1048576$/,
  ],
])(
  'a message of %s is dead-lettered at once, says why, and its neighbour is handled',
  async (_what, content, properties, reason, error) => {
    const handled: string[] = [];
    const registry = new Registry();
    await open(handled, silent, registry).started();
    broker.channel.sendToQueue('stock.in', content(), { messageId: 'bad', ...properties });
    broker.channel.sendToQueue('stock.in', contentOf('good'), {
      contentType: 'application/cloudevents+json; charset=utf-8',
    });
    const dead = await broker.take('stock.dead');
    expect(dead.properties.headers).toMatchObject({
      'x-ksbb-reason': reason,
      'x-ksbb-error': expect.stringMatching(error),
    });
    await eventually('the good one handled', () => handled.length > 0);
    expect(handled).toEqual(['good']);
    expect(await registry.metrics()).toContain(`ksbb_dead_letters_total{event="stock.in",reason="${reason}"} 1`);
  },
);

test('a queue with other arguments is named with how to migrate, and is taken once it fits', async () => {
  await broker.channel.assertQueue('stock.in', {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-max-length': 5 },
  });
  broker.channel.sendToQueue('stock.in', contentOf('kept'));
  const said: string[] = [];
  const log = {
    ...silent,
    info: () => undefined,
    warn: () => undefined,
    error: (_fields: object, text: string) => said.push(text),
  } as unknown as Log;
  const handled: string[] = [];
  const bus = open(handled, log);
  await eventually('a log line', () => said.length > 0);
  expect(said[0]).toMatch(
    /^queue stock\.in has other arguments than .* declares: .*x-.*rabbitmqctl delete_queue stock\.in --if-empty/,
  );
  expect(bus.ready()).toBe(false);
  expect((await broker.channel.checkQueue('stock.in')).messageCount).toBe(1);
  await broker.channel.deleteQueue('stock.in');
  await bus.started();
  broker.channel.sendToQueue('stock.in', contentOf('new'));
  await eventually('the new one handled', () => handled.includes('new'));
});

test('of deliveries in flight at each crash, each is handled alone and the killer is dead-lettered', async () => {
  const seen: string[] = [];
  // A death takes the connection away without a settlement: here a connection is cut off each time the guilty one is
  // met.
  const meet = async (queue: string, prefetch: number) => {
    const dying = await connect(broker.url);
    dying.on('error', () => undefined);
    const consumer = await dying.createChannel();
    await consumer.prefetch(prefetch);
    await consumer.consume(queue, () => undefined);
    await eventually(`all of ${queue} taken`, async () => (await broker.channel.checkQueue(queue)).messageCount === 0);
    await dying.close();
  };
  await open([]).started();
  await broker.buses.splice(0)[0]?.close();
  for (const subject of ['guilty', 'neighbour-1', 'neighbour-2'])
    broker.channel.sendToQueue('stock.in', contentOf(subject), { messageId: subject });
  await meet('stock.in', 10);
  await meet('stock.in', 10);
  await eventually('all are back', async () => (await broker.channel.checkQueue('stock.in')).messageCount === 3);
  const registry = new Registry();
  const bus = open(seen, silent, registry);
  await bus.started();
  await eventually('three handled', () => seen.length === 3);
  expect(seen.toSorted()).toEqual(['guilty', 'neighbour-1', 'neighbour-2']);
  expect(await registry.metrics()).toMatch(/ksbb_event_redeliveries_total\{event="stock\.in"\} 3/);
  await bus.close();
  broker.channel.sendToQueue('stock.alone', contentOf('guilty'), { messageId: 'guilty' });
  for (let deaths = 0; deaths < 4; deaths += 1) await meet('stock.alone', 1);
  await open(seen).started();
  expect((await broker.take('stock.dead')).properties).toMatchObject({
    messageId: 'guilty',
    headers: { 'x-ksbb-reason': 'kills-its-consumer' },
  });
  expect(seen).toHaveLength(3);
});

test.each([0, 1.5, 513])('a prefetch of %d is refused at once', (prefetch) => {
  expect(() =>
    createBus({ url: broker.url, service: 'stock', log: silent, registry: new Registry(), prefetch }),
  ).toThrow(`prefetch is ${prefetch}: a whole number from 1 to 512 is needed`);
});
