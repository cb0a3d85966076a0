import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import axios, { type Axios } from 'axios';

type Options = { httpAgent: HttpAgent; httpsAgent: HttpsAgent; maxContentLength: number };

/** axios sets this on its socket for every call. An agent that sets another value doubles the system calls. */
export const KEEP_ALIVE_MS = 60_000;

/**
 * axios without its defaults, which it would merge into every call: a body goes out as it is, a response comes back as
 * text for every status, redirects are not followed, and no proxy of the environment is used. At most `maxContentLength`
 * bytes of a response are read.
 */
export const createHttpClient = (options: Options): Axios =>
  new axios.Axios({
    adapter: axios.getAdapter('http'),
    validateStatus: () => true,
    responseType: 'text',
    maxRedirects: 0,
    proxy: false,
    ...options,
  });

/** What a Retry-After header asks for, in milliseconds. It holds seconds or a date; null where it is neither. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const at = /^[A-Z][a-z]{2}, /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

/**
 * Does work with a signal that aborts after `timeoutMs`. Its timer ends with the work, unlike that of
 * AbortSignal.timeout, so that thousands of calls a minute leave no timers behind.
 */
export async function withTimeout<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
  }
}
