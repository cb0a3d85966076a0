import { setTimeout as sleep } from 'node:timers/promises';
import { envelope } from '@ksbb/contracts';
import { createLog } from '@ksbb/service-kit';
import { Registry } from 'prom-client';
import { eventually } from '../../testkit/src/eventually.ts';
import { type Bus, createBus } from './bus.ts';
import { on, RejectedEvent, type Subscription, RetryLater } from './subscription.ts';
import { shelfFilled, type ShelfFilled, useBroker } from './testing/stock.ts';

const broker = useBroker();
const log = createLog('test', 'silent');
const now = new Date('2026-11-24T03:00:00.000Z');
const event = (subject: string, version: number, data: Record<string, unknown> = { pieces: version }) =>
  envelope(shelfFilled, subject, version, data, now);

async function start(
  handle?: (event: ShelfFilled) => Promise<unknown>,
  isDependencyDown?: (error: unknown) => boolean,
): Promise<Bus> {
  const bus = createBus({
    url: broker.url,
    service: 'stock',
    log,
    registry: new Registry(),
    ...(isDependencyDown ? { isDependencyDown } : {}),
  });
  broker.buses.push(bus);
  if (handle !== undefined) {
    const countShelf = (received: ShelfFilled) => handle(received);
    bus.subscribe([on(shelfFilled, 'insert', countShelf)] as readonly Subscription<null>[], null);
  }
  await bus.started();
  return bus;
}

const isEmpty = async (queue: string) => (await broker.channel.checkQueue(queue)).messageCount === 0;

test('an event is handled once, with its data checked and its version as a number, and acknowledged', async () => {
  const handled: ShelfFilled[] = [];
  const bus = await start(async (received) => handled.push(received));
  await bus.publish(event('shelf-1', 7));
  await eventually('the event handled', () => handled.length > 0);
  expect(handled).toEqual([{ ...event('shelf-1', 7), version: 7 }]);
  await bus.close();
  expect(await isEmpty('stock.in')).toBe(true);
});

test('members that a consumer does not know are let through and dropped', async () => {
  const handled: ShelfFilled[] = [];
  const bus = await start(async (received) => handled.push(received));
  await bus.publish(event('shelf-1', 1, { pieces: 1, colour: 'red' }));
  await eventually('the event handled', () => handled.length > 0);
  expect(handled[0]?.data).toEqual({ pieces: 1 });
});

test('after two failures an event waits in the first tier with its attempt counted, and comes back', async () => {
  let tries = 0;
  const bus = await start(async () => {
    tries += 1;
    if (tries <= 2) throw new Error('not yet');
  });
  await bus.publish(event('shelf-1', 1));
  await eventually('the third try', () => tries === 3);
  expect(await eventually('an empty tier', () => isEmpty('stock.retry.5s'))).toBe(true);
});

test('an event that comes too early goes to the tier at once', async () => {
  let tries = 0;
  const bus = await start(async () => {
    tries += 1;
    throw new RetryLater('the shelf is not there yet');
  });
  await bus.publish(event('shelf-1', 1));
  const waiting = await broker.take('stock.retry.5s');
  expect(waiting.properties.headers?.['x-ksbb-attempt']).toBe(1);
  expect(tries).toBe(1);
});

test.each([
  [
    'data that does not fit',
    () => Buffer.from(JSON.stringify(event('shelf-1', 1, { pieces: 0 }))),
    'invalid',
    /^\/data\/pieces: .+>=1$/,
  ],
  ['no envelope', () => Buffer.from('{"pieces":1}'), 'invalid', /^\/specversion: .+; \/id: /],
  ['no JSON', () => Buffer.from('pieces: 1'), 'invalid', /JSON/],
  [
    'a major that nobody knows',
    () => Buffer.from(JSON.stringify({ ...event('shelf-1', 1), type: 'ksbb.shop.shelf-filled.v2' })),
    'no-such-schema',
    /v2 is not subscribed to here$/,
  ],
])(
  '%s is dead-lettered at once with the reason, and the next event is handled',
  async (_what, content, reason, error) => {
    const handled: ShelfFilled[] = [];
    const bus = await start(async (received) => handled.push(received));
    broker.channel.sendToQueue('stock.in', content(), { messageId: 'bad' });
    await bus.publish(event('shelf-2', 1));
    const dead = await broker.take('stock.dead');
    expect(dead.properties.headers).toMatchObject({
      'x-ksbb-reason': reason,
      'x-ksbb-error': expect.stringMatching(error),
    });
    expect(dead.properties.messageId).toBe('bad');
    await eventually('the event handled', () => handled.length === 1);
  },
);

test('an event that a handler rejects is dead-lettered without another try', async () => {
  let tries = 0;
  const bus = await start(async () => {
    tries += 1;
    throw new RejectedEvent('the shelf is gone');
  });
  await bus.publish(event('shelf-1', 1));
  const dead = await broker.take('stock.dead');
  expect(dead.properties.headers).toMatchObject({ 'x-ksbb-reason': 'rejected', 'x-ksbb-error': 'the shelf is gone' });
  expect(JSON.parse(dead.content.toString())).toEqual(event('shelf-1', 1));
  expect(tries).toBe(1);
});

test.each([
  [1, 'stock.retry.30s', 2],
  [2, 'stock.retry.5m', 3],
  [3, 'stock.retry.30m', 4],
  ['3', 'stock.retry.5s', 1],
  [-1, 'stock.retry.5s', 1],
  [1.5, 'stock.retry.5s', 1],
  [99, 'stock.retry.5s', 1],
])('after attempt %p a failure goes to %s', async (attempt, queue, next) => {
  await start(async () => {
    throw new RetryLater('never');
  });
  broker.channel.sendToQueue('stock.in', Buffer.from(JSON.stringify(event('shelf-1', 1))), {
    headers: { 'x-ksbb-attempt': attempt },
  });
  expect((await broker.take(queue)).properties.headers?.['x-ksbb-attempt']).toBe(next);
});

test('after the last tier a failure is dead', async () => {
  await start(async () => {
    throw new Error('still not');
  });
  broker.channel.sendToQueue('stock.in', Buffer.from(JSON.stringify(event('shelf-1', 1))), {
    headers: { 'x-ksbb-attempt': 4 },
  });
  expect((await broker.take('stock.dead')).properties.headers).toMatchObject({
    'x-ksbb-reason': 'attempts-used-up',
    'x-ksbb-error': 'still not',
  });
});

test('while a dependency is down the event is held and no attempt is used up', async () => {
  class Down extends Error {}
  let tries = 0;
  const bus = await start(
    async () => {
      tries += 1;
      if (tries < 4) throw new Down();
    },
    (error) => error instanceof Down,
  );
  await bus.publish(event('shelf-1', 1));
  await eventually('the fourth try', () => tries === 4);
  await bus.close();
  for (const queue of ['stock.in', 'stock.retry.5s', 'stock.dead']) expect(await isEmpty(queue)).toBe(true);
});

test('events of one subject are handled in order and one at a time, others meanwhile', async () => {
  const seen: string[] = [];
  const bus = await start(async ({ subject, version }) => {
    seen.push(`${subject}@${version} begins`);
    if (subject === 'slow' && version === 1) await eventually('quick@1', () => seen.includes('quick@1 ends'));
    seen.push(`${subject}@${version} ends`);
  });
  await Promise.all([event('slow', 1), event('slow', 2), event('quick', 1)].map(bus.publish));
  await eventually('slow@2', () => seen.includes('slow@2 ends'));
  expect(seen.filter((line) => line.startsWith('slow'))).toEqual([
    'slow@1 begins',
    'slow@1 ends',
    'slow@2 begins',
    'slow@2 ends',
  ]);
});

test('what is not finished at the end goes back to the queue', async () => {
  class Down extends Error {}
  const bus = await start(
    async () => {
      throw new Down();
    },
    (error) => error instanceof Down,
  );
  await bus.publish(event('shelf-1', 1));
  await sleep(200);
  await bus.close();
  expect((await broker.take('stock.in')).properties.messageId).toBe('shop:shelf-1@1');
});

test('a closed consumer channel is built again', async () => {
  const handled: string[] = [];
  const bus = await start(async (received) => handled.push(received.id));
  await broker.channel.deleteQueue('stock.in');
  await eventually('the queue consumed again', async () => {
    const probe = await broker.model.createChannel();
    probe.on('error', () => undefined);
    return probe.checkQueue('stock.in').then(
      (found) => found.consumerCount === 1,
      () => false,
    );
  });
  await bus.publish(event('shelf-1', 1));
  await eventually('the event handled', () => handled.length === 1);
});

test('an event for which there is no queue ends in the unrouted queue', async () => {
  const bus = await start();
  await bus.publish(event('shelf-1', 1));
  expect((await broker.take('ksbb.unrouted')).properties.messageId).toBe('shop:shelf-1@1');
});

test('an event of 1 MiB or more is refused', async () => {
  const bus = await start();
  await expect(bus.publish(event('shelf-1', 1, { pieces: 1, note: 'x'.repeat(1024 * 1024) }))).rejects.toThrow(
    'an event has less than 1048576',
  );
});

test('without a connection publishing fails at once and says so', async () => {
  const bus = createBus({ url: 'amqp://127.0.0.1:1', service: 'stock', log, registry: new Registry() });
  expect(bus.connected()).toBe(false);
  await expect(bus.publish(event('shelf-1', 1))).rejects.toThrow('no connection');
  await bus.close();
});

test('more events than the window holds are all confirmed', async () => {
  const handled = new Set<string>();
  const bus = await start(async (received) => handled.add(received.id));
  await Promise.all(Array.from({ length: 2_000 }, (_, at) => bus.publish(event(`shelf-${at % 50}`, at + 1))));
  await eventually('2,000 events handled', () => handled.size === 2_000);
});
