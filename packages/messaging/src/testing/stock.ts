import { setTimeout as sleep } from 'node:timers/promises';
import { defineEvent, type EventOf } from '@ksbb/contracts';
import { type Channel, type ChannelModel, connect, type GetMessage } from 'amqplib';
import { z } from 'zod';
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

export async function eventually<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(25);
  }
  throw new Error('it did not happen within 25 s');
}

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
  broker.take = (queue) => eventually(() => broker.channel.get(queue, { noAck: true }));

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
