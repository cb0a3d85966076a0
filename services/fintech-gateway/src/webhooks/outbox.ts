import { createHash } from 'node:crypto';
import type { Partner } from '@ksbb/contracts';
import { deliveryIdOf, type WebhookDeliveries } from './stores/deliveries.ts';
import type { Endpoint, WebhookEndpoints } from './stores/endpoints.ts';
import type { Message, WebhookMessages } from './stores/messages.ts';
import type { EventType } from './event-types.ts';
import type { Offer } from './pending-delivery.ts';

/** The message is larger than receivers take. */
export class PayloadTooLarge extends Error {
  constructor(bytes: number) {
    super(`a payload of ${bytes} bytes; at most ${LARGEST_PAYLOAD_BYTES} are sent`);
    this.name = 'PayloadTooLarge';
  }
}

export type News = {
  partner: Partner;
  eventType: EventType;
  /** What it is about, such as the id of an event: the same again is the same message. */
  key: string;
  /** When it happened, RFC 3339 UTC. */
  at: string;
  data: Record<string, unknown>;
};

export type WebhookOutbox = {
  /** Keeps the message and a delivery for each endpoint that wants it; a repeat adds nothing. Answers the message's id. @throws PayloadTooLarge */
  tell: (news: News) => Promise<string>;
  /** `tell` for one endpoint alone, whatever it asked for. Answers the delivery's id. */
  tellOne: (endpoint: Endpoint, news: News) => Promise<string>;
};

type Parts = {
  endpoints: WebhookEndpoints;
  messages: WebhookMessages;
  deliveries: WebhookDeliveries;
  offer: Offer;
  nudge: () => void;
  clock: () => Date;
};

export const LARGEST_PAYLOAD_BYTES = 256 * 1024;

/** Follows from the key, has no dot (it is signed between dots), and tells nothing. */
const messageIdOf = (key: string) => `msg_${createHash('sha256').update(key).digest('base64url').slice(0, 27)}`;

export function createWebhookOutbox({ endpoints, messages, deliveries, offer, nudge, clock }: Parts): WebhookOutbox {
  async function keep({ partner, eventType, key, at, data }: News): Promise<Message> {
    const payload = JSON.stringify({ type: eventType, timestamp: at, data });
    const bytes = Buffer.byteLength(payload);
    if (bytes > LARGEST_PAYLOAD_BYTES) throw new PayloadTooLarge(bytes);
    const message = { messageId: messageIdOf(key), partner, eventType, payload, createdAt: clock() };
    await messages.add(message);
    return message;
  }

  async function deliverTo({ endpointId, disabled }: Endpoint, message: Message): Promise<void> {
    const { messageId, eventType } = message;
    const now = clock();
    const state = disabled === null ? 'pending' : 'held';
    const isNew = await deliveries.add({ endpointId, messageId, eventType, state, dueAt: now, createdAt: now });
    if (!isNew || state === 'held') return;
    const due = { deliveryId: deliveryIdOf(endpointId, messageId), messageId, tries: 0 };
    if (!offer(endpointId, { due, message })) nudge();
  }

  return {
    tell: async (news) => {
      const message = await keep(news);
      const wanting = (await endpoints.ofPartner(news.partner)).filter(({ eventTypes }) =>
        eventTypes.some((wanted) => wanted === news.eventType),
      );
      for (const endpoint of wanting) await deliverTo(endpoint, message);
      return message.messageId;
    },
    tellOne: async (endpoint, news) => {
      const message = await keep(news);
      await deliverTo(endpoint, message);
      return deliveryIdOf(endpoint.endpointId, message.messageId);
    },
  };
}
