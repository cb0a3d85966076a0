import {
  catalogue,
  type Envelope,
  type Portfolio,
  type ReceivedEvent,
  type Timeline,
  type Totals,
} from '@ksbb/contracts';
import { seededRandom } from '@ksbb/testkit';
import { contributionOf } from '../collaboration/contribution.ts';
import {
  collaborationEvents,
  collaborationsOf,
  type Entry,
  entryOf,
  timelineOf,
} from '../collaboration/collaboration.ts';
import { loanContributionOf, loanOf } from '../loan/loan.ts';
import { type LoanFact, loanFactsOf } from '../loan/loan-fact.ts';
import { createTally } from '../totals/tally.ts';

/** The event as a handler gets it. @throws ZodError when it does not fit its schema */
export function received(sent: Envelope): ReceivedEvent {
  const definition = catalogue.find(({ type }) => type === sent.type);
  if (definition === undefined) throw new Error(`${sent.type} is not in the catalogue`);
  return { ...sent, version: Number(sent.sequence), data: definition.data.parse(sent.data) };
}

/** Every event once and some twice, in an order that follows from the seed. */
export function shuffledWithRepeats<T>(events: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return random.shuffled([...events, ...events.filter(() => random.float() < 0.3)]);
}

/** Sets of facts in memory, with the promise of the store: each event once, in the order of receipt. */
function addOnce<Fact extends { eventId: string }>(sets: Map<string, Fact[]>, id: string, fact: Fact): void {
  const facts = sets.get(id) ?? [];
  if (!facts.some(({ eventId }) => eventId === fact.eventId)) sets.set(id, [...facts, fact]);
}

type Reports = {
  timelines: Timeline[];
  loans: (Portfolio['items'][number] | null)[];
  totals: Omit<Totals, 'msmesListed' | 'asOf'>;
};

/** What the pure functions make of events that are received in this order. */
export function reportsOf(delivered: readonly Envelope[]): Reports {
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
