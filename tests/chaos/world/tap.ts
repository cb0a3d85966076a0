import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelModel, connect, type ConsumeMessage } from 'amqplib';

const EXCHANGE = 'ksbb.events';
const QUEUE = 'chaos.tap';
const PREFETCH = 500;
const PAUSE_MS = 200;

/** An event as it was published. */
export type Tapped = { id: string; routingKey: string; content: Buffer; type: string; contentType: string };

export type Tap = {
  /** Every event since the last `clear`, by id. */
  events: () => ReadonlyMap<string, Tapped>;
  /** How many of them were published more than once. */
  repeated: () => number;
  clear: () => void;
  /** Is told of every event as it comes, repeats too; undefined ends it. */
  listen: (hear: ((event: Tapped) => void) | undefined) => void;
  close: () => Promise<void>;
};

/** Consumes the tap's queue on a fresh connection. `ended` resolves when that is gone. */
async function consume(
  url: string,
  take: (message: ConsumeMessage) => void,
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
    take(message);
    channel.ack(message);
  });
  return { model, ended };
}

/** Hears every event that the broker takes. Its queue outlives a restart of the broker, so that it misses nothing. */
export async function openTap(url: string): Promise<Tap> {
  let events = new Map<string, Tapped>();
  let repeated = new Set<string>();
  let closed = false;
  let hear: ((event: Tapped) => void) | undefined;

  function take({ fields, properties, content }: ConsumeMessage): void {
    const id = String(properties.messageId);
    const event = {
      id,
      routingKey: fields.routingKey,
      content,
      type: String(properties.type),
      contentType: String(properties.contentType),
    };
    if (events.has(id)) repeated.add(id);
    else events.set(id, event);
    hear?.(event);
  }

  let current = await consume(url, take);
  const keeping = (async () => {
    for (;;) {
      await current.ended;
      if (closed) return;
      await sleep(PAUSE_MS);
      current = await consume(url, take).catch(() => current);
    }
  })();

  return {
    events: () => events,
    repeated: () => repeated.size,
    clear: () => {
      events = new Map();
      repeated = new Set();
    },
    listen: (next) => {
      hear = next;
    },
    close: async () => {
      closed = true;
      await current.model.close().catch(() => undefined);
      await keeping;
    },
  };
}
