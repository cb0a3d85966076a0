import { defineEvent, envelope, type EventOf } from '@ksbb/contracts';
import { createLog } from '@ksbb/service-kit';
import { type ChannelModel, connect } from 'amqplib';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { eventually } from '../../testkit/src/eventually.ts';
import { freshVhost, removeVhost } from '../../testkit/src/servers.ts';
import { type Bus, createBus } from './bus.ts';
import { onBroadcast } from './broadcast.ts';
import { declareExchange, EXCHANGE } from './topology.ts';

const doorOpened = defineEvent({
  service: 'house',
  name: 'door-opened',
  major: 1,
  subject: 'the id of the door',
  summary: 'For this test.',
  data: z.object({ times: z.int().min(1) }),
  example: { times: 1 },
});
const now = new Date('2026-11-24T03:00:00.000Z');
const opened = (times: number) => envelope(doorOpened, 'door-1', Math.max(times, 1), { times }, now);

let url: string;
const buses: Bus[] = [];

beforeEach(async () => {
  url = await freshVhost();
});

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await removeVhost(url);
});

function startBus(): Bus {
  const bus = createBus({ url, service: 'house', log: createLog('test', 'silent'), registry: new Registry() });
  buses.push(bus);
  return bus;
}

/** A replica that keeps what it is told. */
function follow(failingResets = 0) {
  const seen = { resets: 0, times: [] as number[] };
  const keepTimes = ({ data }: EventOf<typeof doorOpened>, times: number[]) => {
    if (data.times === 13) throw new Error('unlucky');
    times.push(data.times);
  };
  startBus().subscribeToBroadcast([onBroadcast(doorOpened, keepTimes)], seen.times, async () => {
    seen.resets += 1;
    if (seen.resets <= failingResets) throw new Error('the database is away');
  });
  return seen;
}

async function byHand<T>(act: (model: ChannelModel) => Promise<T>): Promise<T> {
  const model = await connect(url);
  try {
    return await act(model);
  } finally {
    await model.close();
  }
}

test('every replica sees every event, in order', async () => {
  const [one, other] = [follow(), follow()];
  await eventually('both have read their state', () => one.resets === 1 && other.resets === 1);
  const bus = startBus();
  await bus.started();
  for (const times of [1, 2, 3]) await bus.publish(opened(times));
  await eventually('both have three events', () => one.times.length === 3 && other.times.length === 3);
  expect([one.times, other.times]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
});

test('an event that fits no schema, or whose handler fails, is passed over and the next one is handled', async () => {
  const seen = follow();
  await eventually('reset 1', () => seen.resets === 1);
  const bus = startBus();
  await bus.started();
  await byHand(async (model) => {
    const channel = await model.createConfirmChannel();
    await declareExchange(channel);
    channel.publish(EXCHANGE, doorOpened.routingKey, Buffer.from('not JSON'));
    await channel.waitForConfirms();
  });
  for (const times of [0, 13, 5]) await bus.publish(opened(times));
  await eventually('an event', () => seen.times.length > 0);
  expect(seen.times).toEqual([5]);
});

test('after a lost connection, or a reset that failed, it is told to read anew and goes on', async () => {
  const seen = follow(1);
  await eventually('reset 2', () => seen.resets === 2);
  const bus = startBus();
  await bus.started();
  await bus.publish(opened(1));
  await eventually('an event', () => seen.times.length === 1);
  expect(seen).toEqual({ resets: 2, times: [1] });
});
