import { createHmac } from 'node:crypto';

/** HMAC-SHA256, in lower-case hex, over the time in unix seconds and the raw body. */
export function lumbungSignature(secret: string, seconds: string, rawBody: Buffer): string {
  return createHmac('sha256', secret).update(`${seconds}.`).update(rawBody).digest('hex');
}

/** The parts of `t=<unix seconds>,v1=<hex>`; null where the header is anything else. */
export function parseSignatureHeader(header: string): { seconds: string; signature: string } | null {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { seconds: match[1], signature: match[2] };
}
