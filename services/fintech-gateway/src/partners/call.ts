import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AxiosResponse } from 'axios';
import {
  type Breaker,
  BreakerOpen,
  type BreakerSettings,
  type BreakerState,
  createBreaker,
  type CallResult,
} from './breaker.ts';
import { BulkheadFull, createBulkhead } from './bulkhead.ts';
import { createHttpClient, KEEP_ALIVE_MS, retryAfterMs, withTimeout } from '../http.ts';
import { CallFailed } from './partner.ts';

export type PartnerRequest = {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  /** Sent as it is, since it may be signed. */
  body?: string;
};

/** A final response: 2xx, or a 4xx that another try would not change. `body` is parsed JSON, or null. */
export type PartnerResponse = { status: number; body: unknown };

export type CallSettings = {
  timeoutMs: number;
  breaker: BreakerSettings;
  bulkhead: { inFlight: number; waiting: number; waitMs: number };
};

export type Observe = (call: { operation: string; result: string; seconds: number }) => void;

export type Caller<Operation extends string> = {
  /**
   * Makes one call through the bulkhead and the operation's breaker.
   * @throws CallFailed unless there is a final response
   */
  call: (operation: Operation, request: PartnerRequest) => Promise<PartnerResponse>;
  state: () => { breakers: { operation: Operation; state: BreakerState }[]; inFlight: number; waiting: number };
  close: () => void;
};

/** 4xx that may be different the next time. */
const TRANSIENT = new Set([408, 409, 425, 429]);
/** The partner says that it did nothing. */
const NOT_DONE = new Set([425, 429, 503]);
const LARGEST_RESPONSE_BYTES = 1024 * 1024;
const JSON_TYPE = 'application/json';
const LONGEST_RETRY_AFTER_MS = 60_000;

const isFinal = (status: number) =>
  (status >= 200 && status < 300) || (status >= 400 && status < 500 && !TRANSIENT.has(status));

/** A final response is a success of the partner only where it is 2xx: a 4xx is about the request. */
function classify(end: PromiseSettledResult<AxiosResponse<string>>): CallResult {
  if (end.status === 'rejected') return 'failure';
  if (!isFinal(end.value.status)) return 'failure';
  return end.value.status < 300 ? 'success' : 'ignored';
}

function retryAfterOf(response: AxiosResponse): number | null {
  const asked = retryAfterMs(response.headers['retry-after'] as string | undefined, new Date());
  return asked === null ? null : Math.min(asked, LONGEST_RETRY_AFTER_MS);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function finalResponse(response: AxiosResponse<string>): PartnerResponse {
  const { status, data } = response;
  if (isFinal(status)) return { status, body: parsed(data) };
  throw new CallFailed(NOT_DONE.has(status) ? 'not-done' : 'in-doubt', `answered ${status}`, retryAfterOf(response));
}

function failureOf(error: unknown): CallFailed {
  if (error instanceof CallFailed) return error;
  if (error instanceof BreakerOpen || error instanceof BulkheadFull) return new CallFailed('deferred', error.message);
  const { code, message } = error as { code?: string; message?: string };
  return new CallFailed('in-doubt', code ?? message ?? 'failed');
}

/**
 * Makes the calls to one partner, with one bulkhead and a breaker for each operation. Each call has its own timeout.
 */
export function createCaller<Operation extends string>(
  partner: string,
  operations: readonly Operation[],
  settings: CallSettings,
  observe: Observe,
): Caller<Operation> {
  const bulkhead = createBulkhead({ name: partner, ...settings.bulkhead });
  const breakers = new Map<Operation, Breaker>(
    operations.map((operation) => [operation, createBreaker(`${partner} ${operation}`, settings.breaker)]),
  );
  // As many sockets as slots: a call whose socket is still closing cannot be joined by one more than the limit.
  const pool = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, maxSockets: settings.bulkhead.inFlight };
  const agents = { httpAgent: new HttpAgent(pool), httpsAgent: new HttpsAgent(pool) };
  const http = createHttpClient({ ...agents, maxContentLength: LARGEST_RESPONSE_BYTES });

  const send = ({ method, url, headers, body }: PartnerRequest) =>
    withTimeout(settings.timeoutMs, (signal) =>
      http.request<string>({
        method,
        url,
        headers:
          body === undefined
            ? { Accept: JSON_TYPE, ...headers }
            : { Accept: JSON_TYPE, 'Content-Type': JSON_TYPE, ...headers },
        ...(body === undefined ? {} : { data: Buffer.from(body) }),
        signal,
      }),
    );

  return {
    call: async (operation, request) => {
      const started = performance.now();
      const end = (result: string) => observe({ operation, result, seconds: (performance.now() - started) / 1000 });
      try {
        const breaker = breakers.get(operation) as Breaker;
        const response = finalResponse(await bulkhead.run(() => breaker.run(() => send(request), classify)));
        end(response.status < 300 ? 'ok' : 'refused');
        return response;
      } catch (error) {
        const failure = failureOf(error);
        end(failure.kind);
        throw failure;
      }
    },
    state: () => ({
      breakers: [...breakers].map(([operation, breaker]) => ({ operation, state: breaker.state() })),
      inFlight: bulkhead.inFlight(),
      waiting: bulkhead.waiting(),
    }),
    close: () => {
      for (const breaker of breakers.values()) breaker.close();
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}
