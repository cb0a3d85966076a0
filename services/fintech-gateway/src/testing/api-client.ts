import { randomUUID } from 'node:crypto';
import { call } from '@ksbb/testkit';

/** Gives the function that calls a gateway with a bearer token, another idempotency key each time, and a JSON body. */
export function apiClient(gatewayUrl: string, token: string) {
  return async (method: string, path: string, body?: object, headers: Record<string, string> = {}, bearer = token) => {
    const options = { body, token: bearer, idempotencyKey: randomUUID(), headers };
    const answer = await call(method, `${gatewayUrl}${path}`, options);
    return { status: answer.status, body: answer.body, etag: answer.headers.get('etag') ?? '' };
  };
}
