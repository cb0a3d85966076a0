import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 15_000;
const UNTIL_MS = 45_000;
const LOOK_EVERY_MS = 100;

/** An answer with its status; `body` is parsed JSON where it is JSON. */
export type Answer = { status: number; body: any };

type Call = { body?: unknown; token?: string; idempotencyKey?: string; timeoutMs?: number };

/** One HTTP call. A refusal is an answer; only a connection that fails throws. */
export async function call(method: string, url: string, { body, token, idempotencyKey, timeoutMs = TIMEOUT_MS }: Call = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

/** The body of an answer that has to be good. @throws with the problem otherwise */
export async function good(method: string, url: string, options: Call = {}): Promise<any> {
  const answer = await call(method, url, options);
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw new Error(`${method} ${url} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

/**
 * Repeats one and the same request until it is answered, as a careful client does: with the same idempotency key, and
 * again after a broken connection or a 5xx.
 */
export async function insist(method: string, url: string, options: Call): Promise<any> {
  return until(`${method} ${url} is answered`, async () => {
    const answer = await call(method, url, options).catch(() => undefined);
    if (answer === undefined || answer.status >= 500) return undefined;
    if (answer.status >= 400) throw new Error(`${method} ${url} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  });
}

/** Looks again and again until `look` finds something. @throws after 45 s, with what was waited for */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>, waitMs = UNTIL_MS): Promise<T> {
  const deadline = performance.now() + waitMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`${what}: did not happen within ${waitMs / 1000} s`);
}
