import { defineEvent, type EventOf } from '@ksbb/contracts';
import { type Channel, type ChannelModel, connect, type GetMessage } from 'amqplib';
import { z } from 'zod';
import { eventually } from '../../../testkit/src/eventually.ts';
import { freshVhost, removeVhost } from '../../../testkit/src/servers.ts';
import type { Bus } from '../bus.ts';

/** The event that the tests' service `stock` hears of. */
export const shelfFilled = defineEvent({
  service: 'shop',
  name: 'shelf-filled',
  major: 1,
  subject: 'the id of the shelf',
  summary: 'For this test.',
  data: z.object({ pieces: z.int().min(1), note: z.string().optional() }),
  example: { pieces: 1 },
});
export type ShelfFilled = EventOf<typeof shelfFilled>;

type Broker = {
  url: string;
  model: ChannelModel;
  /** The test's own. */
  channel: Channel;
  /** Closed after the test. */
  buses: Bus[];
  /** The next message of a queue, once there is one. */
  take: (queue: string) => Promise<GetMessage>;
};

/** An empty virtual host for each test of the file; what it gives is filled before each test. */
export function useBroker(): Broker {
  const broker = { buses: [] as Bus[] } as Broker;
  broker.take = (queue) => eventually(`a message in ${queue}`, () => broker.channel.get(queue, { noAck: true }));

  beforeEach(async () => {
    broker.url = await freshVhost();
    broker.model = await connect(broker.url);
    broker.channel = await broker.model.createChannel();
  });

  afterEach(async () => {
    await Promise.all(broker.buses.splice(0).map((bus) => bus.close()));
    await broker.model.close().catch(() => undefined);
    await removeVhost(broker.url);
  });
  return broker;
}
