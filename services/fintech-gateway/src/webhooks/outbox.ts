import { createHash } from 'node:crypto';
import type { Partner } from '@ksbb/contracts';
import type { EventType } from './event-types.ts';
import { deliveryIdOf, type DueDelivery, type WebhookDeliveries } from './stores/deliveries.ts';
import type { Endpoint, WebhookEndpoints } from './stores/endpoints.ts';
import type { WebhookMessage, WebhookMessages } from './stores/messages.ts';

/** The message is larger than receivers take. */
export class PayloadTooLarge extends Error {
  constructor(bytes: number) {
    super(`a payload of ${bytes} bytes; at most ${LARGEST_PAYLOAD_BYTES} are sent`);
    this.name = 'PayloadTooLarge';
  }
}

export type Notification = {
  partner: Partner;
  eventType: EventType;
  /** Names what it is about, such as the id of an event. The same key gives the same message. */
  key: string;
  /** When it happened, RFC 3339 UTC. */
  at: string;
  data: Record<string, unknown>;
};

/** A delivery that is due, with the message that it delivers. */
export type PendingDelivery = { due: DueDelivery; message: WebhookMessage };

/**
 * Gives a new delivery to the worker of its endpoint. False where there is no worker: the dispatcher finds it later.
 */
export type Enqueue = (endpointId: string, pending: PendingDelivery) => boolean;

export type WebhookOutbox = {
  /**
   * Stores the message and a delivery for each endpoint that wants it; a repeat adds nothing. Gives the message's id.
   * @throws PayloadTooLarge
   */
  notify: (notification: Notification) => Promise<string>;
  /** `notify` for one endpoint only, also where it does not want the event type. Gives the message's id. */
  notifyOne: (endpoint: Endpoint, notification: Notification) => Promise<string>;
};

type Parts = {
  endpoints: Pick<WebhookEndpoints, 'ofPartner'>;
  messages: Pick<WebhookMessages, 'add'>;
  deliveries: Pick<WebhookDeliveries, 'add'>;
  enqueue: Enqueue;
  /** Has the dispatcher look for what is due. */
  dispatch: () => void;
  clock: () => Date;
};

export const LARGEST_PAYLOAD_BYTES = 256 * 1024;

/** Follows from the key, has no dot (dots separate what is signed), and reveals nothing. */
const messageIdOf = (key: string) => `msg_${createHash('sha256').update(key).digest('base64url').slice(0, 27)}`;

export function createWebhookOutbox({
  endpoints,
  messages,
  deliveries,
  enqueue,
  dispatch,
  clock,
}: Parts): WebhookOutbox {
  async function store({ partner, eventType, key, at, data }: Notification): Promise<WebhookMessage> {
    const payload = JSON.stringify({ type: eventType, timestamp: at, data });
    const bytes = Buffer.byteLength(payload);
    if (bytes > LARGEST_PAYLOAD_BYTES) throw new PayloadTooLarge(bytes);
    const message = { messageId: messageIdOf(key), partner, eventType, payload, createdAt: clock() };
    await messages.add(message);
    return message;
  }

  async function deliverTo({ endpointId, disabled }: Endpoint, message: WebhookMessage): Promise<void> {
    const { messageId, eventType } = message;
    const now = clock();
    const state = disabled === null ? 'pending' : 'held';
    const isNew = await deliveries.add({ endpointId, messageId, eventType, state, dueAt: now, createdAt: now });
    if (!isNew || state === 'held') return;
    const due = { deliveryId: deliveryIdOf(endpointId, messageId), messageId, tries: 0 };
    if (!enqueue(endpointId, { due, message })) dispatch();
  }

  return {
    notify: async (notification) => {
      const message = await store(notification);
      const { partner, eventType } = notification;
      for (const endpoint of await endpoints.ofPartner(partner))
        if (endpoint.eventTypes.some((wanted) => wanted === eventType)) await deliverTo(endpoint, message);
      return message.messageId;
    },
    notifyOne: async (endpoint, notification) => {
      const message = await store(notification);
      await deliverTo(endpoint, message);
      return message.messageId;
    },
  };
}
