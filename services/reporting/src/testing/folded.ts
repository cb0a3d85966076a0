import type { Envelope, Portfolio, Timeline, Totals } from '@ksbb/contracts';
import { contributionOf } from '../collaboration/contribution.ts';
import { collaborationEvents, collaborationsOf, type Entry, entryOf } from '../collaboration/entry.ts';
import { timelineOf } from '../collaboration/timeline.ts';
import { loanContributionOf, loanOf } from '../loan/loan.ts';
import { type LoanFact, loanFactsOf } from '../loan/loan-fact.ts';
import { createTally } from '../totals/tally.ts';
import { received } from './life.ts';

/** Sets of facts in memory, with the promise of the store: each event once, in the order of arrival. */
function addOnce<Fact extends { eventId: string }>(sets: Map<string, Fact[]>, id: string, fact: Fact): void {
  const facts = sets.get(id) ?? [];
  if (!facts.some(({ eventId }) => eventId === fact.eventId)) sets.set(id, [...facts, fact]);
}

export type Folded = {
  timelines: Timeline[];
  loans: (Portfolio['items'][number] | null)[];
  totals: Omit<Totals, 'msmesListed' | 'asOf'>;
};

/** All that the pure functions make of events that arrive in this order. */
export function folded(delivered: readonly Envelope[]): Folded {
  const collaborations = new Map<string, Entry[]>();
  const loans = new Map<string, LoanFact[]>();
  const names = new Set<string>(collaborationEvents.map(({ type }) => type));
  for (const event of delivered.filter(({ type }) => names.has(type))) {
    const entry = entryOf(received(event));
    for (const id of collaborationsOf(entry)) addOnce(collaborations, id, entry);
    for (const fact of loanFactsOf(entry)) addOnce(loans, fact.loanId, fact);
  }
  const tally = createTally();
  for (const entries of collaborations.values()) tally.addCollaboration(contributionOf(entries));
  for (const facts of loans.values()) {
    const contribution = loanContributionOf(facts);
    if (contribution !== null) tally.addLoan(contribution);
  }
  const { msmesListed: _listed, asOf: _asOf, ...totals } = tally.totals(0, new Date(0));
  const byId = <T>([one]: [string, T], [other]: [string, T]) => one.localeCompare(other);
  return {
    timelines: [...collaborations].sort(byId).map(([id, entries]) => timelineOf(id, entries)),
    loans: [...loans].sort(byId).map(([, facts]) => loanOf(facts)),
    totals,
  };
}
