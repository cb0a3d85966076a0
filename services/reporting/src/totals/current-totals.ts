import type { Totals } from '@ksbb/contracts';
import { LRUCache } from 'lru-cache';
import { contributionOf } from '../collaboration/contribution.ts';
import { loanContributionOf } from '../loan/loan.ts';
import type { ReadModels } from '../stores.ts';
import { createTally } from './tally.ts';

const MAX_AGE_MS = 1_000;
/** With many collaborations reading is a scan. It may take at most a fifth of the time. */
const SHARE = 5;

type Caching = {
  maxAgeMs: number;
  /** A monotonic clock in milliseconds. */
  now?: () => number;
};

/**
 * Gives the value of `load`, at most `maxAgeMs` old, or five times as old as the last load took, where that is longer.
 * Those who ask during a load share it. A failed load is not kept.
 */
export function createCached<Value extends NonNullable<unknown>>(
  load: () => Promise<Value>,
  { maxAgeMs, now = () => performance.now() }: Caching,
): () => Promise<Value> {
  const cache = new LRUCache<'value', Value>({
    max: 1,
    ttl: maxAgeMs,
    ttlResolution: 0,
    perf: { now },
    fetchMethod: async (_key, _stale, { options }) => {
      const started = now();
      const value = await load();
      // The time to live counts from the end of the load.
      const loadMs = now() - started;
      options.ttl = Math.max(1, Math.ceil(Math.max(maxAgeMs, SHARE * loadMs) - loadMs));
      return value;
    },
  });
  return () => cache.forceFetch('value');
}

/** Adds everything up by reading every collaboration and every loan, one batch in memory at a time. */
async function readTotals({ collaborations, loans, msmes }: ReadModels, clock: () => Date): Promise<Totals> {
  const asOf = clock();
  const tally = createTally();
  for await (const { facts } of collaborations.all()) tally.addCollaboration(contributionOf(facts));
  for await (const { facts } of loans.all()) {
    const contribution = loanContributionOf(facts);
    if (contribution !== null) tally.addLoan(contribution);
  }
  return tally.totals(await msmes.countListed(), asOf);
}

/** The totals, read at most once a second and shared. */
export function currentTotals(models: ReadModels, clock: () => Date): () => Promise<Totals> {
  return createCached(() => readTotals(models, clock), { maxAgeMs: MAX_AGE_MS });
}
