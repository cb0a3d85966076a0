import type { CallbackWire } from '../callbacks/message.ts';
import type { Settings } from '../settings.ts';
import { signatureOf } from './signature.ts';
import { messageOf } from './wire.ts';

/** Amanah's callbacks: SNAP headers over the callback's own path. */
export function amanahCallbacks(settings: Settings): CallbackWire {
  const url = new URL(settings.AMANAH_CALLBACK_URL);
  return {
    url: url.href,
    messageOf,
    headersOf: ({ rawBody, deliveryId, now, tampered }) => {
      const timestamp = now.toISOString();
      const secret = tampered ? `not ${settings.AMANAH_CLIENT_SECRET}` : settings.AMANAH_CLIENT_SECRET;
      return {
        'X-PARTNER-ID': settings.AMANAH_CLIENT_ID,
        'X-TIMESTAMP': timestamp,
        'X-EXTERNAL-ID': deliveryId,
        'X-SIGNATURE': signatureOf(secret, {
          method: 'POST',
          pathWithQuery: `${url.pathname}${url.search}`,
          rawBody,
          timestamp,
        }),
      };
    },
  };
}
