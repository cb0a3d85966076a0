import type { Log } from '@ksbb/service-kit';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { BusMetrics } from './metrics.ts';
import type { Publisher } from './publisher.ts';
import { attemptHeader, type Verdict } from './settle.ts';
import { deadQueue, declareExchange, declareSubscriber, inQueue, retryQueue } from './topology.ts';

const ERROR_LENGTH = 500;

type Consumer = {
  service: string;
  routingKeys: readonly string[];
  prefetch: number;
  settle: (message: ConsumeMessage) => Promise<Verdict>;
  publisher: Publisher;
  metrics: BusMetrics;
  log: Log;
};

export type RunningConsumer = {
  attach: (model: ChannelModel) => Promise<void>;
  /** Takes no more deliveries, and resolves when those in hand are settled. */
  stop: () => Promise<void>;
};

/** Consumes a service's queue. Each delivery is settled on the channel that brought it, or not at all. */
export function createConsumer(consumer: Consumer): RunningConsumer {
  const { service, routingKeys, prefetch, settle, publisher, metrics, log } = consumer;
  const inHand = new Set<Promise<void>>();
  let cancel: () => Promise<unknown> = () => Promise.resolve();

  /** Moves a delivery to another queue: confirmed there first, acknowledged here after. */
  async function moveTo(queue: string, message: ConsumeMessage, headers: Record<string, unknown>): Promise<void> {
    const { messageId, type, contentType } = message.properties;
    await publisher.send({ exchange: '', routingKey: queue }, message.content, {
      messageId: String(messageId ?? 'none'),
      ...(type === undefined ? {} : { type }),
      ...(contentType === undefined ? {} : { contentType }),
      headers,
    });
  }

  async function carryOut(verdict: Verdict, message: ConsumeMessage, channel: Channel): Promise<void> {
    switch (verdict.is) {
      case 'done':
        channel.ack(message);
        return;
      case 'retry':
        await moveTo(retryQueue(service, verdict.tier.name), message, attemptHeader(verdict.attempt));
        channel.ack(message);
        return;
      case 'dead':
        log.error({ reason: verdict.reason, err: verdict.error, messageId: message.properties.messageId }, 'event dead-lettered');
        await moveTo(deadQueue(service), message, {
          ...attemptHeader(verdict.attempt),
          'x-ksbb-reason': verdict.reason,
          'x-ksbb-error': verdict.error.message.slice(0, ERROR_LENGTH),
          'x-ksbb-dead-at': new Date().toISOString(),
        });
        channel.ack(message);
        return;
      case 'unfinished':
        channel.nack(message, false, true);
        return;
      default:
        verdict satisfies never;
    }
  }

  async function take(message: ConsumeMessage, channel: Channel, isOpen: () => boolean): Promise<void> {
    const end = metrics.consumeDuration.startTimer({ event: message.fields.routingKey });
    const verdict = await settle(message);
    end({ result: verdict.is });
    // Where the channel has gone, the broker delivers again; a settlement elsewhere would be of another message.
    if (!isOpen()) return;
    try {
      await carryOut(verdict, message, channel);
    } catch (error) {
      log.warn({ err: error, messageId: message.properties.messageId }, 'a delivery could not be settled and comes again');
      if (isOpen()) channel.nack(message, false, true);
    }
  }

  return {
    attach: async (model) => {
      const channel = await model.createChannel();
      let open = true;
      channel.on('error', (error) => log.warn({ err: error }, 'consumer channel failed'));
      channel.on('close', () => {
        open = false;
        void model.close().catch(() => undefined);
      });
      await declareExchange(channel);
      await declareSubscriber(channel, service, routingKeys);
      await channel.prefetch(prefetch);
      const { consumerTag } = await channel.consume(inQueue(service), (message) => {
        // Null: the broker cancelled this consumer, such as when its queue moved. A new connection subscribes again.
        if (message === null) return void channel.close().catch(() => undefined);
        const work = take(message, channel, () => open).finally(() => inHand.delete(work));
        inHand.add(work);
      });
      cancel = () => (open ? channel.cancel(consumerTag) : Promise.resolve());
    },
    stop: async () => {
      await cancel().catch(() => undefined);
      await Promise.all(inHand);
    },
  };
}
