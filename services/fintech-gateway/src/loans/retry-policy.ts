import type { CallFailed } from '../partners/partner.ts';

export type RetrySettings = {
  /** First pause within a round of attempts, and the mean pause of what was put off without a call. */
  baseMs: number;
  /** No pause is longer, but for what the partner asks. */
  maxMs: number;
  /** A contract that has been tried for so long is parked for a person. */
  parkAfterMs: number;
};

/** Attempts of a round, one after the other in one process. */
export const ATTEMPTS_OF_A_ROUND = 3;
/** No attempt of a round begins so late that it might end after this. */
export const ROUND_MS = 25_000;
/** Pauses between rounds; the last one again and again. The same as those of messages. */
const TIERS_MS = [5_000, 30_000, 300_000, 1_800_000];
const TIER_JITTER = 0.2;

type Failure = Pick<CallFailed, 'kind' | 'retryAfterMs'>;

/**
 * The pause before the next attempt of a round, with full jitter; null where there is none, and the contract waits for its
 * next round.
 * @param made attempts of this round
 * @param random from 0 to 1
 */
export function pauseInRound(
  failure: Failure,
  made: number,
  { baseMs, maxMs }: RetrySettings,
  leftMs: number,
  random: number,
): number | null {
  if (failure.kind === 'deferred' || failure.kind === 'misconfigured' || made >= ATTEMPTS_OF_A_ROUND) return null;
  const pause = Math.max(random * Math.min(maxMs, baseMs * 2 ** made), failure.retryAfterMs ?? 0);
  return pause <= leftMs ? pause : null;
}

/**
 * When a contract has its next round, and how many it then has had. One that was put off without a call waits a short while
 * and keeps its count; others wait by tiers, and at least as long as the partner asks.
 * @param rounds how many failed before this one
 * @param random from 0 to 1
 */
export function nextRound(
  failure: Failure,
  rounds: number,
  { baseMs, maxMs }: RetrySettings,
  random: number,
): { delayMs: number; attempts: number } {
  if (failure.kind === 'deferred') return { delayMs: baseMs * (0.5 + random), attempts: rounds };
  const tier = Math.min(maxMs, TIERS_MS[Math.min(rounds, TIERS_MS.length - 1)] as number);
  return {
    delayMs: Math.max(tier * (1 + TIER_JITTER * (2 * random - 1)), failure.retryAfterMs ?? 0),
    attempts: rounds + 1,
  };
}
