import { createHmac, hash } from 'node:crypto';

type Signed = { method: string; pathWithQuery: string; body: string | Buffer; timestamp: string };

/** HMAC-SHA512, in base64, over method, path, hash of the raw body and time, as in SNAP's transaction signature. */
export function amanahSignature(secret: string, { method, pathWithQuery, body, timestamp }: Signed): string {
  const bodyHash = hash('sha256', body, 'hex');
  return createHmac('sha512', secret).update(`${method}:${pathWithQuery}:${bodyHash}:${timestamp}`).digest('base64');
}
