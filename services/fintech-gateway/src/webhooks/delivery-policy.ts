const JITTER = 0.2;

/**
 * How long to wait after `failed` failed attempts, 20 % more or less; null where there is no further attempt. A
 * receiver may ask for a longer pause by Retry-After, up to twice the step.
 * @param random from 0 to 1
 */
export function pauseAfter(
  failed: number,
  retryAfterMs: number | null,
  steps: readonly number[],
  random: number,
): number | null {
  const step = steps[failed - 1];
  if (step === undefined) return null;
  return Math.max(step * (1 + JITTER * (2 * random - 1)), Math.min(retryAfterMs ?? 0, 2 * step));
}

/** The health of an endpoint: failures since its last success, and the time of the first of them. */
export type Health = { failures: number; failingSince: string | null };

export const healthy: Health = { failures: 0, failingSince: null };

const DAYS_5_MS = 5 * 86_400_000;
const FAILURES = 20;

export function afterFailure(health: Health, now: Date): Health {
  return { failures: health.failures + 1, failingSince: health.failingSince ?? now.toISOString() };
}

/** Whether an endpoint has to be disabled: it has failed at least twenty times over five days, without a success. */
export function shouldDisable({ failures, failingSince }: Health, now: Date): boolean {
  return failures >= FAILURES && failingSince !== null && now.getTime() - Date.parse(failingSince) >= DAYS_5_MS;
}
