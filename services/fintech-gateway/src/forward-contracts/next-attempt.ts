import type { CallFailed } from '../partners/partner.ts';

export type RetrySettings = { baseMs: number; maxMs: number };

/**
 * When a contract is tried again, and as which attempt. One that was put off without a call waits a short while and keeps
 * its count; others wait twice as long each time, up to `maxMs`, with full jitter, and at least as long as the partner asks.
 * @param random from 0 to 1
 */
export function nextAttempt(
  failure: Pick<CallFailed, 'kind' | 'retryAfterMs'>,
  attempts: number,
  { baseMs, maxMs }: RetrySettings,
  random: number,
): { delayMs: number; attempts: number } {
  if (failure.kind === 'deferred') return { delayMs: baseMs * (0.5 + random), attempts };
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempts, 30));
  return { delayMs: Math.max(random * ceiling, failure.retryAfterMs ?? 0), attempts: attempts + 1 };
}
