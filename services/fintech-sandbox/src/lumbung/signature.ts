import { createHmac } from 'node:crypto';
import type { CallbackProtocol } from '../callbacks/send.ts';
import type { Settings } from '../settings.ts';
import { messageOf } from './dto.ts';

/** `t=<unix seconds>,v1=<hex HMAC-SHA256(secret, t.body)>` */
export function lumbungSignature(secret: string, rawBody: Buffer, now: Date): string {
  const time = Math.floor(now.getTime() / 1000);
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.`).update(rawBody).digest('hex')}`;
}

/** Lumbung's callbacks have one event each and a signature with the time of sending. */
export function lumbungCallbacks(settings: Settings): CallbackProtocol {
  return {
    url: settings.LUMBUNG_CALLBACK_URL,
    messageOf,
    headersOf: ({ rawBody, deliveryId, now, tampered }) => {
      const secret = tampered ? `not ${settings.LUMBUNG_WEBHOOK_SECRET}` : settings.LUMBUNG_WEBHOOK_SECRET;
      return { 'Lumbung-Signature': lumbungSignature(secret, rawBody, now), 'Lumbung-Delivery': deliveryId };
    },
  };
}
