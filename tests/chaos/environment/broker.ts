import { type Channel, type ConfirmChannel, connect, type ConsumeMessage, type Options } from 'amqplib';
import bindings from '../../../infra/topology/bindings.json' with { type: 'json' };
import { SUBSCRIBERS } from '../../scenario/environment.ts';

export type Subscriber = (typeof SUBSCRIBERS)[number];

const EXCHANGE = 'ksbb.events';
const UNROUTED = 'ksbb.unrouted';
/** Gets every event that the broker accepts, also while the harness is not connected. */
const RECORDER = 'chaos.recorder';
/** The queues of a service in which messages wait to be handled, now or later. */
const WORKING = ['in', 'alone', 'retry.5s', 'retry.30s', 'retry.5m', 'retry.30m'];

/** `service` is `ksbb.unrouted` for what no queue took. */
export type DeadLetter = { service: string; messageId: string; reason: string };

/** A message as the harness sends it to one queue. */
export type Sent = { queue: string; content: Buffer; properties: Options.Publish };

/** An event as it was published. */
type RecordedEvent = { id: string; routingKey: string; content: Buffer; type: string; contentType: string };

/** The deliveries that an event causes: one to each service that subscribes to it. */
export function deliveriesOf({ id, routingKey, content, type, contentType }: RecordedEvent): Sent[] {
  const subscribers = SUBSCRIBERS.filter((service) => bindings[service].includes(routingKey));
  const properties = { messageId: id, type, contentType };
  return subscribers.map((service) => ({ queue: `${service}.in`, content, properties }));
}

function eventOf({ fields: { routingKey }, properties, content }: ConsumeMessage): RecordedEvent {
  const { messageId, type, contentType } = properties;
  return { id: String(messageId), routingKey, content, type: String(type), contentType: String(contentType) };
}

const send = (channel: ConfirmChannel, { queue, content, properties }: Sent) =>
  new Promise<void>((resolve, reject) => {
    channel.sendToQueue(queue, content, { persistent: true, ...properties }, (error) =>
      error ? reject(error as Error) : resolve(),
    );
  });

/** Takes out what a queue holds now. It does not wait for an empty queue, since others may go on publishing. */
async function takeAll(channel: Channel, queue: string, take: (message: ConsumeMessage) => void): Promise<void> {
  let { messageCount: left } = await channel.checkQueue(queue);
  if (left === 0) return;
  const { promise: taken, resolve, reject } = Promise.withResolvers<void>();
  channel.once('close', () => reject(new Error(`the broker went away while ${queue} was read`)));
  const consuming = channel.consume(queue, (message) => {
    if (message === null || left === 0) return;
    take(message);
    channel.ack(message);
    left -= 1;
    if (left === 0) resolve();
  });
  const [{ consumerTag }] = await Promise.all([consuming, taken]);
  // Answered after the acknowledgements. Without it they might be lost as the connection is closed.
  await channel.cancel(consumerTag);
}

/** The broker as the harness uses it, past the proxies. */
export async function openBroker(url: string) {
  let events = new Map<string, RecordedEvent>();
  let repeated = new Set<string>();

  async function withChannel<T>(use: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
    const connection = await connect(url, { timeout: 5_000 });
    connection.on('error', () => undefined);
    try {
      const channel = await connection.createConfirmChannel();
      channel.on('error', () => undefined);
      return await use(channel);
    } finally {
      await connection.close().catch(() => undefined);
    }
  }
  const sizeOf = async (channel: Channel, queue: string) => (await channel.checkQueue(queue)).messageCount;

  /** Records the events that came since it was called last, and answers them, repeats too. */
  const takeEvents = () =>
    withChannel(async (channel) => {
      const taken: RecordedEvent[] = [];
      await takeAll(channel, RECORDER, (message) => {
        const event = eventOf(message);
        taken.push(event);
        if (events.has(event.id)) repeated.add(event.id);
        else events.set(event.id, event);
      });
      return taken;
    });

  await withChannel(async (channel) => {
    await channel.assertQueue(RECORDER, { durable: true });
    await channel.bindQueue(RECORDER, EXCHANGE, '#');
  });
  return {
    takeEvents,
    /** Every event that the broker accepted since the last `clearEvents`, by id. */
    events: async (): Promise<ReadonlyMap<string, RecordedEvent>> => {
      await takeEvents();
      return events;
    },
    /** How many of the recorded events were published more than once. */
    repeated: () => repeated.size,
    clearEvents: async () => {
      await withChannel((channel) => channel.purgeQueue(RECORDER));
      events = new Map();
      repeated = new Set();
    },
    /** How many messages wait to be handled, now or in a retry tier. */
    waiting: () =>
      withChannel(async (channel) => {
        const queues = SUBSCRIBERS.flatMap((service) => WORKING.map((queue) => `${service}.${queue}`));
        const sizes = await Promise.all(queues.map((queue) => sizeOf(channel, queue)));
        return sizes.reduce((sum, size) => sum + size, 0);
      }),
    send: (messages: readonly Sent[]) =>
      withChannel(async (channel) => {
        await Promise.all(messages.map((message) => send(channel, message)));
      }),
    /** Takes out the dead letters of all services and what no queue took. */
    takeDead: () =>
      withChannel(async (channel) => {
        const dead: DeadLetter[] = [];
        for (const service of [...SUBSCRIBERS, UNROUTED])
          await takeAll(channel, service === UNROUTED ? UNROUTED : `${service}.dead`, ({ properties }) => {
            const { messageId = 'none', headers } = properties;
            dead.push({ service, messageId, reason: headers?.['x-ksbb-reason'] ?? 'by the broker' });
          });
        return dead;
      }),
    countDead: (service: Subscriber) => withChannel((channel) => sizeOf(channel, `${service}.dead`)),
    /**
     * Binds the queues of services to their events, or unbinds them. Unbound, they get only what is sent to them
     * directly.
     */
    bind: (bound: boolean, routingKeys: Partial<Record<Subscriber, string[]>> = bindings) =>
      withChannel(async (channel) => {
        for (const [service, keys] of Object.entries(routingKeys))
          for (const key of keys) await channel[bound ? 'bindQueue' : 'unbindQueue'](`${service}.in`, EXCHANGE, key);
      }),
  };
}
