import type { GetMessage } from 'amqplib';
import { deadQueue, EXCHANGE, inQueue, UNROUTED } from '../topology.ts';

export type DeadLetter = {
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

/** A queue in which letters lie, how one is read, and where it is replayed to. */
export type Place = {
  service: string;
  queue: string;
  read: (message: GetMessage) => DeadLetter;
  origin: (message: GetMessage) => { exchange: string; routingKey: string };
  /** Headers that a letter needs to remember while it is kept. */
  keeps?: (message: GetMessage) => Record<string, unknown>;
  /** Which letters of the queue belong to the place; all of them where it does not say. */
  holds?: (letter: DeadLetter) => boolean;
};

export const UNROUTED_PLACE = 'unrouted';

const textOr = (value: unknown, otherwise: string) => (typeof value === 'string' && value !== '' ? value : otherwise);

/** What the event says of itself, where it is one. */
function envelopeOf(content: string): { id?: unknown; type?: unknown } {
  try {
    return (JSON.parse(content) as { id?: unknown } | null) ?? {};
  } catch {
    return {};
  }
}

function letterOf(service: string, { content, properties }: GetMessage): Omit<DeadLetter, 'reason'> {
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

/** The dead letters of one service. They are replayed to its queue. */
export function deadLettersOf(service: string): Place {
  return {
    service,
    queue: deadQueue(service),
    read: (message) => {
      const headers = message.properties.headers ?? {};
      // Without our header the broker gave it up itself, at its delivery limit.
      return {
        ...letterOf(service, message),
        reason: textOr(headers['x-ksbb-reason'], textOr(headers['x-first-death-reason'], 'none')),
      };
    },
    origin: () => ({ exchange: '', routingKey: inQueue(service) }),
  };
}

const ROUTING_KEY = 'x-ksbb-routing-key';
const routingKeyOf = ({ properties, fields }: GetMessage) =>
  textOr(properties.headers?.[ROUTING_KEY], fields.routingKey);

/**
 * Events for which there was no queue. They are published again, to whoever is bound to them now; where that is still
 * nobody, they come back.
 */
export const unrouted: Place = {
  service: UNROUTED_PLACE,
  queue: UNROUTED,
  read: (message) => ({ ...letterOf(UNROUTED_PLACE, message), reason: 'no-queue' }),
  origin: (message) => ({ exchange: EXCHANGE, routingKey: routingKeyOf(message) }),
  keeps: (message) => ({ [ROUTING_KEY]: routingKeyOf(message) }),
};

/** Those of them that one service published. */
export const unroutedOf = (producer: string): Place => ({
  ...unrouted,
  holds: ({ eventType }) => eventType.startsWith(`ksbb.${producer}.`),
});
