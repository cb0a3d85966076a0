import type { Channel } from 'amqplib';

/*
 * Names and arguments of everything on the broker. Arguments never change in place: a queue that needs others is
 * declared beside the old one under a new name.
 */

export const EXCHANGE = 'ksbb.events';
export const UNROUTED = 'ksbb.unrouted';

/** Waiting times between attempts. An event that fails after the last one is dead. */
export const RETRY_TIERS = [
  { name: '5s', milliseconds: 5_000 },
  { name: '30s', milliseconds: 30_000 },
  { name: '5m', milliseconds: 300_000 },
  { name: '30m', milliseconds: 1_800_000 },
] as const;

const MAX_LENGTH = 500_000;
/** The broker's last resort: the consumer quarantines a message that kills the process long before. */
const DELIVERY_LIMIT = 20;

export const inQueue = (service: string) => `${service}.in`;
/**
 * The quarantine queue: deliveries that were in flight more than once when their process died. They are handled one at
 * a time. Its name on the broker is older than its name here; a queue's name never changes.
 */
export const quarantineQueue = (service: string) => `${service}.alone`;
export const deadQueue = (service: string) => `${service}.dead`;
export const retryQueue = (service: string, tier: string) => `${service}.retry.${tier}`;

/**
 * A queue that refuses what it cannot hold, and passes on what it gives up without losing it (RabbitMQ 3.10 and later).
 */
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

/** AMQP 0-9-1: precondition failed. */
const PRECONDITION_FAILED = 406;

/** A queue on the broker has other arguments than are wanted here. It has not been changed. */
export class QueueConflict extends Error {
  readonly code = PRECONDITION_FAILED;

  constructor(queue: string, wanted: Record<string, unknown>, cause: Error) {
    const difference = /inequivalent arg (.*?)"?$/.exec(cause.message)?.[1] ?? cause.message;
    super(
      `queue ${queue} has other arguments than this release declares: ${difference}. ` +
        `Wanted: ${JSON.stringify(wanted)}. Nothing was changed. To migrate: let the old release empty it, ` +
        `then rabbitmqctl delete_queue ${queue} --if-empty; this service declares it anew by itself ` +
        '(packages/messaging/README.md, A queue with other arguments)',
      { cause },
    );
    this.name = 'QueueConflict';
  }
}

async function declareQueue(channel: Channel, name: string, options: ReturnType<typeof quorum>): Promise<void> {
  try {
    await channel.assertQueue(name, options);
  } catch (error) {
    throw (error as { code?: number }).code === PRECONDITION_FAILED
      ? new QueueConflict(name, options.arguments, error as Error)
      : error;
  }
}

/** Declares the exchange of events, and the queue for events that no other queue is bound to. */
export async function declareExchange(channel: Channel): Promise<void> {
  await declareQueue(channel, UNROUTED, quorum(null));
  await channel.assertExchange(UNROUTED, 'fanout', { durable: true });
  await channel.bindQueue(UNROUTED, UNROUTED, '');
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true, alternateExchange: UNROUTED });
}

/**
 * Declares one subscriber: its queue with a binding for each routing key, its retry tiers and its dead-letter queue.
 * All of them must exist before anything publishes, or events go to the unrouted queue.
 */
export async function declareSubscriber(
  channel: Channel,
  service: string,
  routingKeys: readonly string[],
): Promise<void> {
  const limited = quorum(deadQueue(service), { 'x-delivery-limit': DELIVERY_LIMIT });
  await declareQueue(channel, deadQueue(service), quorum(null));
  await declareQueue(channel, inQueue(service), limited);
  await declareQueue(channel, quarantineQueue(service), limited);
  for (const tier of RETRY_TIERS) {
    await declareQueue(
      channel,
      retryQueue(service, tier.name),
      quorum(inQueue(service), { 'x-message-ttl': tier.milliseconds }),
    );
  }
  for (const routingKey of routingKeys) await channel.bindQueue(inQueue(service), EXCHANGE, routingKey);
}
