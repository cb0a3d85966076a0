import { envelopeSchema, type EventDefinition, type EventOf } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import type { ChannelModel } from 'amqplib';
import { declareExchange, EXCHANGE } from './topology.ts';

/** Beyond this the broker drops the oldest: a process that is so far behind must not stop the publishers. */
const MAX_LENGTH = 1_000_000;

/** One row of a table of broadcast subscriptions. */
export type BroadcastSubscription<Deps> = {
  event: EventDefinition;
  // any: a table holds events of every shape, and `onBroadcast` has checked each
  handle: (event: any, deps: Deps) => void;
};

/** A row of the table. An event is not repeated: where its handler fails, that is logged and the event is gone. */
export function onBroadcast<D extends EventDefinition, Deps>(
  event: D,
  handle: (event: EventOf<D>, deps: Deps) => void,
): BroadcastSubscription<Deps> {
  return { event, handle };
}

type BroadcastParts<Deps> = {
  table: readonly BroadcastSubscription<Deps>[];
  deps: Deps;
  /**
   * Called when events begin to arrive, first and after each lost connection, to read again what may have been missed.
   * Events that come meanwhile are handled at once, so both have to keep the newest. Where `onReset` fails, the
   * connection is made again, and `onReset` is called again.
   */
  onReset: () => Promise<void>;
  log: Log;
};

/**
 * Gives the function that receives broadcast events on a fresh connection. Each process has a queue of its own, named
 * by the broker and removed with the connection, so every replica gets every event. Nothing is acknowledged and nothing
 * is kept for later. This is for views in memory that can be read again. An effect that must happen belongs in a
 * subscription.
 */
export function createBroadcastConsumer<Deps>({
  table,
  deps,
  onReset,
  log,
}: BroadcastParts<Deps>): (model: ChannelModel) => Promise<void> {
  const byType = new Map(table.map((row) => [row.event.type, row]));

  /**
   * Async, so that a handler that answers a promise is caught too. The handler starts in the same turn, hence in order.
   */
  async function receive(content: Buffer): Promise<void> {
    try {
      const envelope = envelopeSchema.parse(JSON.parse(content.toString('utf8')));
      const row = byType.get(envelope.type);
      if (row === undefined) return;
      const event = { ...envelope, version: Number(envelope.sequence), data: row.event.data.parse(envelope.data) };
      await row.handle(event, deps);
    } catch (error) {
      log.warn({ err: error }, 'a broadcast event was skipped');
    }
  }

  return async (model) => {
    const channel = await model.createChannel();
    channel.on('error', (error) => log.warn({ err: error }, 'broadcast channel failed'));
    channel.on('close', () => void model.close().catch(() => undefined));
    await declareExchange(channel);
    const { queue } = await channel.assertQueue('', {
      exclusive: true,
      autoDelete: true,
      durable: false,
      arguments: { 'x-max-length': MAX_LENGTH, 'x-overflow': 'drop-head' },
    });
    for (const { event } of table) await channel.bindQueue(queue, EXCHANGE, event.routingKey);
    const onMessage = (message: { content: Buffer } | null) => {
      if (message === null) return void channel.close().catch(() => undefined);
      void receive(message.content);
    };
    await channel.consume(queue, onMessage, { noAck: true, exclusive: true });
    await onReset();
  };
}
