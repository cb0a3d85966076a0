import type { Totals } from '@ksbb/contracts';
import { contributionOf } from '../collaboration/contribution.ts';
import { loanContributionOf } from '../loan/loan.ts';
import type { ReadModels } from '../stores/read-models.ts';
import { createTally } from './tally.ts';

/** Adds everything up by reading every collaboration and every loan, a page in memory at a time. */
export async function readTotals({ collaborations, loans, msmes }: ReadModels, clock: () => Date): Promise<Totals> {
  const asOf = clock();
  const tally = createTally();
  for await (const { facts } of collaborations.all()) tally.addCollaboration(contributionOf(facts));
  for await (const { facts } of loans.all()) {
    const contribution = loanContributionOf(facts);
    if (contribution !== null) tally.addLoan(contribution);
  }
  return tally.totals(await msmes.countListed(), asOf);
}
