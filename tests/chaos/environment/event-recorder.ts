import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelModel, connect, type ConsumeMessage } from 'amqplib';
import type { Sent, Subscriber } from './broker-queues.ts';

const EXCHANGE = 'ksbb.events';
const QUEUE = 'chaos.recorder';
const PREFETCH = 500;
const PAUSE_MS = 200;

/** The routing keys that each service's queue is bound to, as the topology job declares them. */
export const BINDINGS = JSON.parse(
  readFileSync(new URL('../../../infra/topology/bindings.json', import.meta.url), 'utf8'),
) as Record<Subscriber, string[]>;

/** An event as it was published. */
export type RecordedEvent = { id: string; routingKey: string; content: Buffer; type: string; contentType: string };

export type EventRecorder = {
  /** Every event since the last `clear`, by id. */
  recorded: () => ReadonlyMap<string, RecordedEvent>;
  /** How many of them were published more than once. */
  repeated: () => number;
  clear: () => void;
  /** Passes every event on as it comes, repeats too, until it is called with undefined. */
  onEvent: (listener: ((event: RecordedEvent) => void) | undefined) => void;
  close: () => Promise<void>;
};

/** The deliveries that an event causes: one to each service that subscribes to it. */
export function deliveriesOf({ id, routingKey, content, type, contentType }: RecordedEvent): Sent[] {
  const subscribers = Object.entries(BINDINGS).filter(([, keys]) => keys.includes(routingKey));
  return subscribers.map(([service]) => ({
    queue: `${service}.in`,
    content,
    properties: { messageId: id, type, contentType },
  }));
}

/** Consumes the recorder's queue on a new connection. `ended` resolves when that connection is closed. */
async function consume(
  url: string,
  record: (message: ConsumeMessage) => void,
): Promise<{ model: ChannelModel; ended: Promise<void> }> {
  const model = await connect(url, { timeout: 5_000 });
  const ended = new Promise<void>((resolve) => model.once('close', () => resolve()));
  model.on('error', () => undefined);
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  await channel.assertQueue(QUEUE, { durable: true });
  await channel.bindQueue(QUEUE, EXCHANGE, '#');
  await channel.prefetch(PREFETCH);
  await channel.consume(QUEUE, (message) => {
    if (message === null) return;
    record(message);
    channel.ack(message);
  });
  return { model, ended };
}

/** Records every event that the broker accepts. Its queue survives a restart of the broker, so that it misses none. */
export async function openEventRecorder(url: string): Promise<EventRecorder> {
  let events = new Map<string, RecordedEvent>();
  let repeated = new Set<string>();
  let closed = false;
  let listener: ((event: RecordedEvent) => void) | undefined;

  function record({ fields, properties, content }: ConsumeMessage): void {
    const { routingKey } = fields;
    const [id, type, contentType] = [properties.messageId, properties.type, properties.contentType].map(String);
    const event = { id, routingKey, content, type, contentType } as RecordedEvent;
    if (events.has(event.id)) repeated.add(event.id);
    else events.set(event.id, event);
    listener?.(event);
  }

  let current = await consume(url, record);
  const reconnecting = (async () => {
    for (;;) {
      await current.ended;
      if (closed) return;
      await sleep(PAUSE_MS);
      current = await consume(url, record).catch(() => current);
    }
  })();

  return {
    recorded: () => events,
    repeated: () => repeated.size,
    clear: () => {
      events = new Map();
      repeated = new Set();
    },
    onEvent: (next) => {
      listener = next;
    },
    close: async () => {
      closed = true;
      await current.model.close().catch(() => undefined);
      await reconnecting;
    },
  };
}
