import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { CallbackProtocol } from '../callbacks/send.ts';
import type { Settings } from '../settings.ts';
import { messageOf } from './dto.ts';

export type SignedRequest = { method: string; pathWithQuery: string; rawBody: Buffer; timestamp: string };

export type SnapHeaders = { partnerId: string; timestamp: string; externalId: string; signature: string };

const MAX_SKEW_MS = 300_000;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** base64(HMAC-SHA512(secret, METHOD:pathWithQuery:hex(SHA-256(body)):timestamp)), after SNAP's symmetric signature. */
export function signatureOf(secret: string, { method, pathWithQuery, rawBody, timestamp }: SignedRequest): string {
  const digest = createHash('sha256').update(rawBody).digest('hex');
  return createHmac('sha512', secret)
    .update(`${method.toUpperCase()}:${pathWithQuery}:${digest}:${timestamp}`)
    .digest('base64');
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What is wrong with the headers, without the signature; null where nothing is. `now` is the receiver's time. */
export function headerError(clientId: string, headers: SnapHeaders, now: Date): string | null {
  if (!isSame(headers.partnerId, clientId)) return 'X-PARTNER-ID is not known';
  if (!RFC_3339.test(headers.timestamp)) return 'X-TIMESTAMP is not RFC 3339 with an offset';
  const skew = Math.abs(Date.parse(headers.timestamp) - now.getTime());
  if (!(skew <= MAX_SKEW_MS)) return 'X-TIMESTAMP is more than 300 seconds off';
  if (!/^[\x21-\x7e]{1,64}$/.test(headers.externalId)) return 'X-EXTERNAL-ID is not 1 to 64 visible ASCII characters';
  return null;
}

/** What is wrong with the signature, or null. */
export function signatureError(
  secret: string,
  { timestamp, signature }: SnapHeaders,
  request: Omit<SignedRequest, 'timestamp'>,
): string | null {
  const expected = signatureOf(secret, { ...request, timestamp });
  return isSame(signature, expected) ? null : 'X-SIGNATURE does not fit the request';
}

/** Amanah's callbacks carry the same headers as its calls, signed over the callback's own path. */
export function amanahCallbacks(settings: Settings): CallbackProtocol {
  const url = new URL(settings.AMANAH_CALLBACK_URL);
  return {
    url: url.href,
    messageOf,
    headersOf: ({ rawBody, deliveryId, now, tampered }) => {
      const timestamp = now.toISOString();
      const secret = tampered ? `not ${settings.AMANAH_CLIENT_SECRET}` : settings.AMANAH_CLIENT_SECRET;
      const pathWithQuery = `${url.pathname}${url.search}`;
      return {
        'X-PARTNER-ID': settings.AMANAH_CLIENT_ID,
        'X-TIMESTAMP': timestamp,
        'X-EXTERNAL-ID': deliveryId,
        'X-SIGNATURE': signatureOf(secret, { method: 'POST', pathWithQuery, rawBody, timestamp }),
      };
    },
  };
}
