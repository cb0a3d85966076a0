import type { ReceivedEvent } from '@ksbb/contracts';
import { entryOf } from '../collaboration/entry.ts';
import { type LoanFact, loanFactsOf } from '../loan/loan-fact.ts';
import type { FactSets } from '../stores/fact-sets.ts';

export async function addEventToItsLoans(
  event: ReceivedEvent,
  { loans }: { loans: FactSets<LoanFact> },
): Promise<void> {
  for (const fact of loanFactsOf(entryOf(event))) await loans.add(fact.loanId, fact);
}
