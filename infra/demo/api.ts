import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 15_000;
const UNTIL_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** An answer with its status; `body` is parsed JSON where it is JSON. */
export type Answer = { status: number; body: any };

type Call = { body?: unknown; token?: string; idempotencyKey?: string };

/** One HTTP call. A refusal is an answer; only a connection that fails throws. */
export async function call(method: string, url: string, { body, token, idempotencyKey }: Call = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
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

function bodyOf(method: string, url: string, { status, body }: Answer): any {
  if (status >= 200 && status < 300) return body;
  throw new Error(`${method} ${url} was answered ${status}: ${JSON.stringify(body)}`);
}

/** The body of an answer that has to be good. @throws with the problem otherwise */
export async function good(method: string, url: string, options: Call = {}): Promise<any> {
  return bodyOf(method, url, await call(method, url, options));
}

/**
 * Repeats one and the same request until it is answered, as a careful client does: with the same idempotency key, and
 * again after a broken connection or a 5xx. A refusal is an answer.
 */
export async function answered(method: string, url: string, options: Call): Promise<Answer> {
  return until(`${method} ${url} is answered`, async () => {
    const answer = await call(method, url, options).catch(() => undefined);
    return answer !== undefined && answer.status < 500 && answer;
  });
}

/** `answered`, where the answer has to be good. @throws with the problem otherwise */
export async function insist(method: string, url: string, options: Call): Promise<any> {
  return bodyOf(method, url, await answered(method, url, options));
}

/** Looks again and again until `look` finds something. @throws after 60 s, with what was waited for */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  waitMs = UNTIL_MS,
): Promise<T> {
  const deadline = performance.now() + waitMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`${what}: did not happen within ${waitMs / 1000} s`);
}
