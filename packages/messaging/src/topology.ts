import type { Channel } from 'amqplib';

/*
 * Names and arguments of everything on the broker. Arguments never change in place: a queue that needs others is declared
 * beside the old one under a new name.
 */

export const EXCHANGE = 'ksbb.events';
export const UNROUTED = 'ksbb.unrouted';

/** Waiting times between attempts; the attempt after the last one is dead. */
export const RETRY_TIERS = [
  { name: '5s', milliseconds: 5_000 },
  { name: '30s', milliseconds: 30_000 },
  { name: '5m', milliseconds: 300_000 },
  { name: '30m', milliseconds: 1_800_000 },
] as const;

const MAX_LENGTH = 500_000;
/** Last resort of the broker; the consumer isolates a message that kills the process long before. */
const DELIVERY_LIMIT = 20;

export const inQueue = (service: string) => `${service}.in`;
export const deadQueue = (service: string) => `${service}.dead`;
export const retryQueue = (service: string, tier: string) => `${service}.retry.${tier}`;

/** A queue that refuses what it cannot hold, and hands on what it gives up without losing it (RabbitMQ 3.10 and later). */
function quorum(deadLetterTo: string | null, more: Record<string, unknown> = {}) {
  return {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-overflow': 'reject-publish',
      'x-max-length': MAX_LENGTH,
      ...(deadLetterTo === null
        ? {}
        : {
            'x-dead-letter-exchange': '',
            'x-dead-letter-routing-key': deadLetterTo,
            'x-dead-letter-strategy': 'at-least-once',
          }),
      ...more,
    },
  };
}

/** Declares the exchange of events, and the queue for events that nobody is bound to. */
export async function declareExchange(channel: Channel): Promise<void> {
  await channel.assertQueue(UNROUTED, quorum(null));
  await channel.assertExchange(UNROUTED, 'fanout', { durable: true });
  await channel.bindQueue(UNROUTED, UNROUTED, '');
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true, alternateExchange: UNROUTED });
}

/**
 * Declares one subscriber: its queue with a binding for each routing key, its retry tiers and its dead letters. All of it
 * must stand before anything publishes, or events go to the unrouted queue.
 */
export async function declareSubscriber(channel: Channel, service: string, routingKeys: readonly string[]): Promise<void> {
  await channel.assertQueue(deadQueue(service), quorum(null));
  await channel.assertQueue(inQueue(service), quorum(deadQueue(service), { 'x-delivery-limit': DELIVERY_LIMIT }));
  for (const tier of RETRY_TIERS) {
    await channel.assertQueue(retryQueue(service, tier.name), quorum(inQueue(service), { 'x-message-ttl': tier.milliseconds }));
  }
  for (const routingKey of routingKeys) await channel.bindQueue(inQueue(service), EXCHANGE, routingKey);
}
