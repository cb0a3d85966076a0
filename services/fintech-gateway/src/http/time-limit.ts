/**
 * Does work with a signal of its own that aborts it after `timeoutMs`. Unlike that of AbortSignal.timeout its timer ends
 * with the work, so that thousands of calls a minute leave nothing behind.
 */
export async function withTimeLimit<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
  }
}
