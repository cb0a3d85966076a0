import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

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

/** What is wrong with the credentials of a request, or null. `now` is the receiver's time. */
export function faultOfSignature(
  client: { id: string; secret: string },
  headers: SnapHeaders,
  request: Omit<SignedRequest, 'timestamp'>,
  now: Date,
): string | null {
  if (!isSame(headers.partnerId, client.id)) return 'X-PARTNER-ID is not known';
  if (!RFC_3339.test(headers.timestamp)) return 'X-TIMESTAMP is not RFC 3339 with an offset';
  const skew = Math.abs(Date.parse(headers.timestamp) - now.getTime());
  if (!(skew <= MAX_SKEW_MS)) return 'X-TIMESTAMP is more than 300 seconds off';
  if (!/^[\x21-\x7e]{1,64}$/.test(headers.externalId)) return 'X-EXTERNAL-ID is not 1 to 64 visible ASCII characters';
  const expected = signatureOf(client.secret, { ...request, timestamp: headers.timestamp });
  return isSame(headers.signature, expected) ? null : 'X-SIGNATURE does not fit the request';
}
