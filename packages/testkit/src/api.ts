import { eventually } from './eventually.ts';

const TIMEOUT_MS = 15_000;

/** An answer with its status; `body` is parsed JSON where it is JSON. */
export type Answer = { status: number; body: any; headers: Headers };

/** `form` is sent as a browser sends a form, `body` as JSON. */
export type CallOptions = {
  body?: unknown;
  form?: URLSearchParams;
  token?: string;
  idempotencyKey?: string;
  headers?: Record<string, string>;
};

/** How a request is sent: once, as `call` does, or until it is answered, as `retryUntilAnswered` does. */
export type Send = (method: string, url: string, options?: CallOptions) => Promise<Answer>;

/** One HTTP call. A refusal is an answer; only a connection that fails throws. */
export async function call(method: string, url: string, options: CallOptions = {}): Promise<Answer> {
  const { body, form, token, idempotencyKey, headers } = options;
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
      ...headers,
    },
    ...(form === undefined ? {} : { body: form }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

/** The body of an answer that has to be good. @throws with the problem otherwise */
export function okBody(method: string, url: string, { status, body }: Answer): any {
  if (status >= 200 && status < 300) return body;
  throw new Error(`${method} ${url} was answered ${status}: ${JSON.stringify(body)}`);
}

/** The body of an answer that has to be good. @throws with the problem otherwise */
export async function expectOk(method: string, url: string, options: CallOptions = {}): Promise<any> {
  return okBody(method, url, await call(method, url, options));
}

/**
 * Repeats one and the same request until it is answered, as a careful client does: with the same idempotency key, and
 * again after a broken connection or a 5xx. A refusal is an answer.
 */
export async function retryUntilAnswered(method: string, url: string, options: CallOptions = {}): Promise<Answer> {
  return eventually(`${method} ${url} is answered`, async () => {
    const answer = await call(method, url, options).catch(() => undefined);
    return answer !== undefined && answer.status < 500 && answer;
  });
}
