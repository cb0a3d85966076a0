import { envelope } from '@ksbb/contracts';
import { createLog } from '@ksbb/service-kit';
import { Registry } from 'prom-client';
import { eventually } from '../../testkit/src/eventually.ts';
import { onBroadcast } from './broadcast.ts';
import { createBus } from './bus.ts';
import { on, type Subscription } from './subscription.ts';
import { shelfFilled, useBroker } from './testing/stock.ts';

// Jest fails a test during which a rejection is unhandled or an exception uncaught.

const broker = useBroker();
const log = createLog('test', 'silent');
const event = (subject: string) => envelope(shelfFilled, subject, 1, { pieces: 1 }, new Date(0));

function open(isDependencyDown: (error: unknown) => boolean = () => false) {
  const bus = createBus({ url: broker.url, service: 'stock', log, registry: new Registry(), isDependencyDown });
  broker.buses.push(bus);
  return bus;
}

test('a fault in settling a delivery ends no process: the delivery comes back, and is then quarantined', async () => {
  const bus = open(() => {
    throw new Error('a fault of isDependencyDown');
  });
  const failShelf = () => Promise.reject(new Error('no'));
  bus.subscribe([on(shelfFilled, 'insert', failShelf)] as readonly Subscription<null>[], null);
  await bus.started();
  await bus.publish(event('shelf-1'));
  expect((await broker.take('stock.dead')).properties.headers).toMatchObject({ 'x-ksbb-reason': 'kills-its-consumer' });
});

test('a broadcast handler that answers a failing promise ends no process, and the next event is handled', async () => {
  const handled: string[] = [];
  const ready = Promise.withResolvers<void>();
  const bus = open();
  const countShelf = async ({ subject }: { subject: string }) => {
    handled.push(subject);
    throw new Error('no');
  };
  bus.subscribeToBroadcast([onBroadcast(shelfFilled, countShelf)], null, async () => ready.resolve());
  await bus.started();
  await ready.promise;
  for (const subject of ['shelf-1', 'shelf-2']) await bus.publish(event(subject));
  await eventually('two events handled', () => handled.length === 2);
});

test('an event that the broker returns is refused to its publisher, and ends no process', async () => {
  const bus = open();
  await bus.started();
  await broker.channel.deleteExchange('ksbb.unrouted');
  await expect(bus.publish(event('shelf-1'))).rejects.toThrow('no queue takes');
});
