import type { GetMessage } from 'amqplib';
import { deadQueue, EXCHANGE, inQueue, UNROUTED } from '../topology.ts';

/** A message that was given up. */
export type DeadMessage = {
  /** The service that could not handle it, or `unrouted` where no queue was bound to it. */
  service: string;
  eventId: string;
  eventType: string;
  /** Why it was given up, such as `invalid` or `attempts-used-up`. */
  reason: string;
  error: string;
  deadAt: string | null;
  content: string;
};

/** A dead-letter queue: how its messages are read, and where each is replayed to. */
export type DeadLetterQueue = {
  service: string;
  name: string;
  read: (message: GetMessage) => DeadMessage;
  /** Where the message came from. */
  sourceOf: (message: GetMessage) => { exchange: string; routingKey: string };
  /** Headers that a message needs to keep while it stays. */
  keptHeaders?: (message: GetMessage) => Record<string, unknown>;
  /** Which messages of the queue are meant; all of them where it does not say. */
  includes?: (message: DeadMessage) => boolean;
};

export const UNROUTED_SERVICE = 'unrouted';

const textOr = (value: unknown, otherwise: string) => (typeof value === 'string' && value !== '' ? value : otherwise);

/** What the event says of itself, where the content is an event. */
function envelopeOf(content: string): { id?: unknown; type?: unknown } {
  try {
    return (JSON.parse(content) as { id?: unknown } | null) ?? {};
  } catch {
    return {};
  }
}

function readMessage(service: string, { content, properties }: GetMessage): Omit<DeadMessage, 'reason'> {
  const text = content.toString('utf8');
  const event = envelopeOf(text);
  const deadAt: unknown = properties.headers?.['x-ksbb-dead-at'];
  return {
    service,
    eventId: textOr(properties.messageId, textOr(event.id, 'none')),
    eventType: textOr(properties.type, textOr(event.type, 'none')),
    error: textOr(properties.headers?.['x-ksbb-error'], ''),
    deadAt: typeof deadAt === 'string' ? deadAt : null,
    content: text,
  };
}

/** The dead-letter queue of one service. Its messages are replayed to the service's queue. */
export function deadLetterQueueOf(service: string): DeadLetterQueue {
  return {
    service,
    name: deadQueue(service),
    read: (message) => {
      const headers = message.properties.headers ?? {};
      // Without our header the broker gave the message up itself, at its delivery limit.
      const reason = textOr(headers['x-ksbb-reason'], textOr(headers['x-first-death-reason'], 'none'));
      return { ...readMessage(service, message), reason };
    },
    sourceOf: () => ({ exchange: '', routingKey: inQueue(service) }),
  };
}

const ROUTING_KEY = 'x-ksbb-routing-key';
const routingKeyOf = ({ properties, fields }: GetMessage) =>
  textOr(properties.headers?.[ROUTING_KEY], fields.routingKey);

/**
 * Events for which there was no queue. A replay publishes them again, to the queues that are bound now. Where there is
 * still none, they come back.
 */
export const unroutedQueue: DeadLetterQueue = {
  service: UNROUTED_SERVICE,
  name: UNROUTED,
  read: (message) => ({ ...readMessage(UNROUTED_SERVICE, message), reason: 'no-queue' }),
  sourceOf: (message) => ({ exchange: EXCHANGE, routingKey: routingKeyOf(message) }),
  keptHeaders: (message) => ({ [ROUTING_KEY]: routingKeyOf(message) }),
};

/** The unrouted events that one service published. */
export const unroutedQueueOf = (producer: string): DeadLetterQueue => ({
  ...unroutedQueue,
  includes: ({ eventType }) => eventType.startsWith(`ksbb.${producer}.`),
});
