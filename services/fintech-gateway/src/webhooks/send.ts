import { Webhook } from 'standardwebhooks';
import { createHttpClient } from '../http/client.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { withTimeLimit } from '../http/time-limit.ts';
import type { guardedAgents } from './guarded-agents.ts';

export type Sent = { messageId: string; payload: string; url: string; secrets: readonly string[] };

/** One attempt, as the delivery log keeps it. `status` is null where there was no answer, and `error` says why. */
export type Attempt = {
  at: string;
  durationMs: number;
  request: { url: string; headers: Record<string, string> };
  status: number | null;
  answer: string | null;
  error: string | null;
};

export type Outcome = { attempt: Attempt; is: 'delivered' | 'failed' | 'gone'; retryAfterMs: number | null };

export type Send = (sent: Sent, now: Date) => Promise<Outcome>;

const LARGEST_ANSWER_BYTES = 64 * 1024;
/** As much of an answer is kept in the log. */
const KEPT_ANSWER = 1_024;
const GONE = 410;

/** The headers of a message by Standard Webhooks, signed with each secret that is valid now. */
export function signedHeaders({ messageId, payload, secrets }: Omit<Sent, 'url'>, now: Date): Record<string, string> {
  return {
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(messageId, now, payload)).join(' '),
  };
}

function whyNoAnswer(error: unknown, timeoutMs: number): string {
  const { code, message } = error as { code?: string; message?: string };
  return code === 'ERR_CANCELED'
    ? `no answer within ${timeoutMs} ms`
    : `${code ?? ''} ${message ?? ''}`.trim().slice(0, 300);
}

/** Gives the function that makes one attempt. It never throws: a failure is an outcome too. Redirects are failures. */
export function createSend({
  agents,
  timeoutMs,
}: {
  agents: Pick<ReturnType<typeof guardedAgents>, 'httpAgent' | 'httpsAgent'>;
  timeoutMs: number;
}): Send {
  const { httpAgent, httpsAgent } = agents;
  const http = createHttpClient({ httpAgent, httpsAgent, maxContentLength: LARGEST_ANSWER_BYTES });
  return async (sent, now) => {
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'ksbb-umkm-webhooks/1',
      ...signedHeaders(sent, now),
    };
    const started = performance.now();
    const attempt = (rest: Pick<Attempt, 'status' | 'answer' | 'error'>): Attempt => {
      return {
        at: now.toISOString(),
        durationMs: Math.round(performance.now() - started),
        request: { url: sent.url, headers },
        ...rest,
      };
    };
    try {
      const answer = await withTimeLimit(timeoutMs, (signal) =>
        http.post<string>(sent.url, Buffer.from(sent.payload), { headers, signal }),
      );
      const { status } = answer;
      const is = status >= 200 && status < 300 ? 'delivered' : status === GONE ? 'gone' : 'failed';
      const wish = answer.headers['retry-after'] as string | undefined;
      return {
        attempt: attempt({ status, answer: answer.data.slice(0, KEPT_ANSWER), error: null }),
        is,
        retryAfterMs: retryAfterMs(wish, now),
      };
    } catch (error) {
      return {
        attempt: attempt({ status: null, answer: null, error: whyNoAnswer(error, timeoutMs) }),
        is: 'failed',
        retryAfterMs: null,
      };
    }
  };
}
