import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type FieldError, type Log, traceHeaders } from '@ksbb/service-kit';
import axios from 'axios';
import { z } from 'zod';
import type { ServiceName } from '../settings.ts';

/** The outcome of a request to a service: an answer, a refusal with its reason, or no usable answer. */
export type Reply<T> = { kind: 'answer'; value: T } | Failure;

export type Failure = Refusal | { kind: 'unavailable'; service: ServiceName };

export type Refusal = {
  kind: 'refusal';
  service: ServiceName;
  status: number;
  slug: string;
  errors: FieldError[];
  extensions: Record<string, unknown>;
};

type Ask<T extends z.ZodType> = {
  method?: 'get' | 'post' | 'put';
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  bearer?: string | undefined;
  idempotencyKey?: string;
  answer: T;
};

export type Call = <T extends z.ZodType>(ask: Ask<T>) => Promise<Reply<z.output<T>>>;

const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

const problem = z.looseObject({
  type: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).default([]),
});

function refusalOf(service: ServiceName, status: number, body: unknown): Refusal {
  const parsed = problem.safeParse(body);
  if (!parsed.success) return { kind: 'refusal', service, status, slug: 'unknown', errors: [], extensions: {} };
  const { type, errors, ...extensions } = parsed.data;
  return { kind: 'refusal', service, status, slug: type.split(':').at(-1) ?? 'unknown', errors, extensions };
}

/**
 * Sends requests to one service. A timeout, a broken connection, a 5xx and an answer that does not fit its contract
 * are all 'unavailable' and are logged; a 4xx is a refusal. It never throws.
 */
export function createCall(service: ServiceName, address: string, log: Log): Call {
  const http = axios.create({
    baseURL: address,
    timeout: TIMEOUT_MS,
    maxContentLength: MAX_ANSWER_BYTES,
    maxRedirects: 0,
    proxy: false,
    validateStatus: () => true,
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: 64 }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: 64 }),
  });
  return async ({ method = 'get', path, query, body, bearer, idempotencyKey, answer }) => {
    const unavailable = (reason: unknown) => {
      log.warn({ to: service, method, reason }, 'no usable answer from a service');
      return { kind: 'unavailable', service } as const;
    };
    try {
      const response = await http.request({
        method,
        url: path,
        params: query ?? {},
        data: body,
        // the timeout of axios starts with the first byte; this one includes the time to connect
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
          ...traceHeaders(),
          ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
        },
      });
      if (response.status >= 500) return unavailable(response.status);
      if (response.status >= 400) return refusalOf(service, response.status, response.data);
      const parsed = answer.safeParse(response.data);
      return parsed.success
        ? { kind: 'answer', value: parsed.data }
        : unavailable(z.prettifyError(parsed.error).slice(0, 500));
    } catch (error) {
      return unavailable(error instanceof Error ? error.message : String(error));
    }
  };
}

/** A page cannot be shown, because a service did not answer with data that the page needs. */
export class ServiceFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.service}: ${failure.kind === 'refusal' ? `${failure.status} ${failure.slug}` : 'unavailable'}`);
    this.name = 'ServiceFailed';
    this.failure = failure;
  }
}

/** The HTTP status of a page that shows a failure. */
export const statusOfFailure = (failure: Failure) => (failure.kind === 'refusal' ? failure.status : 503);

/** The value of an answer. @throws ServiceFailed if there is no answer */
export function unwrap<T>(reply: Reply<T>): T {
  if (reply.kind === 'answer') return reply.value;
  throw new ServiceFailed(reply);
}

/** The value of an answer, or null if there is none, for data that a page can do without. */
export function orNull<T>(reply: Reply<T>): T | null {
  return reply.kind === 'answer' ? reply.value : null;
}
