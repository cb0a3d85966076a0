import { randomUUID } from 'node:crypto';

export type Reply = { status: number; body: Record<string, unknown>; etag: string };

/** Gives the function that calls a gateway with a bearer token, another idempotency key each time, and a JSON body. */
export function apiClient(gatewayUrl: string, token: string) {
  return async (
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
    bearer = token,
  ): Promise<Reply> => {
    const response = await fetch(`${gatewayUrl}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${bearer}`,
        'Idempotency-Key': randomUUID(),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const etag = response.headers.get('etag') ?? '';
    return { status: response.status, body: text === '' ? {} : JSON.parse(text), etag };
  };
}
