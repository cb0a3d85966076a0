const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses after the first attempt, the second, and so on: ten attempts over about 75 hours. */
export const DEFAULT_STEPS_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
const JITTER = 0.2;

/**
 * How long to wait after so many failed attempts, jittered by a fifth; null where there is no further one. A receiver may
 * ask for more by Retry-After, up to twice the step.
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
