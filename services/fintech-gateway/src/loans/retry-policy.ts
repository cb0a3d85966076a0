import type { CallFailed } from '../partners/open-partners.ts';

export type RetrySettings = {
  /** First pause within a round of attempts, and the mean pause after a call that was not made. */
  baseMs: number;
  /** No pause is longer, unless the partner asks for it. */
  maxMs: number;
  /** After this time a contract is suspended for a person. */
  suspendAfterMs: number;
};

/** Attempts of a round, one after the other in one process. */
export const ATTEMPTS_OF_A_ROUND = 3;
/** A round ends within this time. */
export const ROUND_MS = 25_000;
/** Pauses between rounds; the last one repeats. They are the same as those of messages. */
const TIERS_MS = [5_000, 30_000, 300_000, 1_800_000];
const TIER_JITTER = 0.2;

type Failure = Pick<CallFailed, 'kind' | 'retryAfterMs'>;

/**
 * The pause before the next attempt of a round, with full jitter; null where the contract waits for its next round.
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
 * How long a contract waits for its next round, and how many rounds it has had then. After a call that was not made the
 * pause is short and the round does not count; other pauses follow the tiers, and are at least as long as the partner
 * asks.
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
