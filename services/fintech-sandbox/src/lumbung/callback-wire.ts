import type { CallbackWire } from '../callbacks/message.ts';
import type { Settings } from '../settings.ts';
import { lumbungSignature } from './signature.ts';
import { messageOf } from './wire.ts';

/** Lumbung's callbacks: one event each, signed with the time of sending. */
export function lumbungCallbacks(settings: Settings): CallbackWire {
  return {
    url: settings.LUMBUNG_CALLBACK_URL,
    messageOf,
    headersOf: ({ rawBody, deliveryId, now, tampered }) => {
      const secret = tampered ? `not ${settings.LUMBUNG_WEBHOOK_SECRET}` : settings.LUMBUNG_WEBHOOK_SECRET;
      return { 'Lumbung-Signature': lumbungSignature(secret, rawBody, now), 'Lumbung-Delivery': deliveryId };
    },
  };
}
