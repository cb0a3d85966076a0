import { Webhook } from 'standardwebhooks';
import { createHttpClient, retryAfterMs, withTimeout } from '../http.ts';
import type { guardedAgents } from './guarded-agents.ts';

export type SignedMessage = { messageId: string; payload: string; url: string; secrets: readonly string[] };

/** One attempt, as the delivery log keeps it. `status` is null where there was no response, and `error` says why. */
export type Attempt = {
  at: string;
  durationMs: number;
  request: { url: string; headers: Record<string, string> };
  status: number | null;
  answer: string | null;
  error: string | null;
};

export type AttemptResult = { attempt: Attempt; is: 'delivered' | 'failed' | 'gone'; retryAfterMs: number | null };

export type Send = (signed: SignedMessage, now: Date) => Promise<AttemptResult>;

const LARGEST_RESPONSE_BYTES = 64 * 1024;
/** This many characters of a response are kept in the log. */
const KEPT_CHARACTERS = 1_024;
const GONE = 410;

/** The headers of a message by Standard Webhooks, signed with each secret that is valid now. */
export function signedHeaders(
  { messageId, payload, secrets }: Omit<SignedMessage, 'url'>,
  now: Date,
): Record<string, string> {
  return {
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(messageId, now, payload)).join(' '),
  };
}

function whyNoResponse(error: unknown, timeoutMs: number): string {
  const { code, message } = error as { code?: string; message?: string };
  return code === 'ERR_CANCELED'
    ? `no answer within ${timeoutMs} ms`
    : `${code ?? ''} ${message ?? ''}`.trim().slice(0, 300);
}

function resultOf(status: number): AttemptResult['is'] {
  if (status >= 200 && status < 300) return 'delivered';
  return status === GONE ? 'gone' : 'failed';
}

/** Gives the function that makes one attempt. It never throws: a failure is a result too. Redirects are failures. */
export function createSend({
  agents: { httpAgent, httpsAgent },
  timeoutMs,
}: {
  agents: Pick<ReturnType<typeof guardedAgents>, 'httpAgent' | 'httpsAgent'>;
  timeoutMs: number;
}): Send {
  const http = createHttpClient({ httpAgent, httpsAgent, maxContentLength: LARGEST_RESPONSE_BYTES });
  return async (signed, now) => {
    const { url, payload } = signed;
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'ksbb-umkm-webhooks/1',
      ...signedHeaders(signed, now),
    };
    const started = performance.now();
    const attempt = (rest: Pick<Attempt, 'status' | 'answer' | 'error'>): Attempt => {
      const durationMs = Math.round(performance.now() - started);
      return { at: now.toISOString(), durationMs, request: { url, headers }, ...rest };
    };
    try {
      const response = await withTimeout(timeoutMs, (signal) =>
        http.post<string>(url, Buffer.from(payload), { headers, signal }),
      );
      const { status, data } = response;
      return {
        attempt: attempt({ status, answer: data.slice(0, KEPT_CHARACTERS), error: null }),
        is: resultOf(status),
        retryAfterMs: retryAfterMs(response.headers['retry-after'] as string | undefined, now),
      };
    } catch (error) {
      const why = whyNoResponse(error, timeoutMs);
      return { attempt: attempt({ status: null, answer: null, error: why }), is: 'failed', retryAfterMs: null };
    }
  };
}
