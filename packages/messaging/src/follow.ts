import { envelopeSchema, type EventDefinition, type EventOf } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import type { ChannelModel } from 'amqplib';
import { declareExchange, EXCHANGE } from './topology.ts';

/** Beyond this the oldest go: a follower that far behind is stuck, and a queue of views must not stop its publishers. */
const MAX_LENGTH = 1_000_000;

export type Follower<D extends EventDefinition> = {
  /**
   * Called when events begin to arrive, first and after each time the connection was lost: read anew what may have been
   * missed. Events that come meanwhile are handled at once, so both have to keep whatever is newest. Where it fails, the
   * connection is made again, and so is this call.
   */
  onReset: () => Promise<void>;
  /** Takes one event whose data has been checked. It is not repeated: an error is logged and the event is gone. */
  handle: (event: EventOf<D>) => void;
};

type Following<D extends EventDefinition> = Follower<D> & { events: readonly D[]; log: Log };

function parser<D extends EventDefinition>(events: readonly D[]) {
  const byType = new Map<string, EventDefinition>(events.map((event) => [event.type, event]));
  return (content: Buffer): EventOf<D> | undefined => {
    const envelope = envelopeSchema.parse(JSON.parse(content.toString('utf8')));
    const contract = byType.get(envelope.type);
    if (contract === undefined) return undefined;
    return { ...envelope, version: Number(envelope.sequence), data: contract.data.parse(envelope.data) } as EventOf<D>;
  };
}

/**
 * Gives the function that follows events on a fresh connection. Each process has a queue of its own, named by the broker and
 * gone with the connection, so every replica sees every event; nothing is acknowledged and nothing is kept for later. For
 * views in memory that can be read anew; an effect that must happen belongs in a subscription.
 */
export function createFollower<D extends EventDefinition>({ events, onReset, handle, log }: Following<D>): (model: ChannelModel) => Promise<void> {
  const parse = parser(events);

  function take(content: Buffer): void {
    try {
      const event = parse(content);
      if (event !== undefined) handle(event);
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
    for (const { routingKey } of events) await channel.bindQueue(queue, EXCHANGE, routingKey);
    const onMessage = (message: { content: Buffer } | null) => {
      if (message === null) return void channel.close().catch(() => undefined);
      take(message.content);
    };
    await channel.consume(queue, onMessage, { noAck: true, exclusive: true });
    await onReset();
  };
}
