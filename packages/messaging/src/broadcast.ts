import { envelopeSchema, type EventDefinition, type EventOf } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import type { ChannelModel } from 'amqplib';
import { declareExchange, EXCHANGE } from './topology.ts';

/** Beyond this the oldest go: a follower that far behind is stuck, and a queue of views must not stop its publishers. */
const MAX_LENGTH = 1_000_000;

/** One row of a table of followed events. */
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

export type Follower<Deps> = {
  table: readonly BroadcastSubscription<Deps>[];
  deps: Deps;
  /**
   * Called when events begin to arrive, first and after each time the connection was lost: read anew what may have been
   * missed. Events that come meanwhile are handled at once, so both have to keep whatever is newest. Where it fails, the
   * connection is made again, and so is this call.
   */
  onReset: () => Promise<void>;
  log: Log;
};

function receiver<Deps>(table: readonly BroadcastSubscription<Deps>[], deps: Deps): (content: Buffer) => void {
  const byType = new Map(table.map((row) => [row.event.type, row]));
  return (content) => {
    const envelope = envelopeSchema.parse(JSON.parse(content.toString('utf8')));
    const row = byType.get(envelope.type);
    if (row === undefined) return;
    row.handle({ ...envelope, version: Number(envelope.sequence), data: row.event.data.parse(envelope.data) }, deps);
  };
}

/**
 * Gives the function that follows events on a fresh connection. Each process has a queue of its own, named by the broker and
 * gone with the connection, so every replica sees every event; nothing is acknowledged and nothing is kept for later. For
 * views in memory that can be read anew; an effect that must happen belongs in a subscription.
 */
export function createBroadcastConsumer<Deps>({
  table,
  deps,
  onReset,
  log,
}: Follower<Deps>): (model: ChannelModel) => Promise<void> {
  const receive = receiver(table, deps);

  function take(content: Buffer): void {
    try {
      receive(content);
    } catch (error) {
      log.warn({ err: error }, 'a followed event was passed over');
    }
  }

  return async (model) => {
    const channel = await model.createChannel();
    channel.on('error', (error) => log.warn({ err: error }, 'follower channel failed'));
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
      take(message.content);
    };
    await channel.consume(queue, onMessage, { noAck: true, exclusive: true });
    await onReset();
  };
}
