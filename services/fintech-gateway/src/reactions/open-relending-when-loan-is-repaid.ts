import type { EventOf, loanRepaid } from '@ksbb/contracts';
import { RejectedEvent } from '@ksbb/messaging';
import { decide, type RelendingRefusal } from '../relending/decide.ts';
import { relendingIdOf } from '../relending/relending.ts';
import type { Reactions } from './reactions.ts';

/** A loan is paid back: its money looks for the next MSME, under as many instalments as it had. */
export async function openRelendingWhenLoanIsRepaid(event: EventOf<typeof loanRepaid>, { loans, relendings, lendOn }: Reactions): Promise<void> {
  const { loanId, partner, lots } = event.data;
  const loan = (await loans.load(loanId))?.state;
  if (loan === undefined || loan.status === 'unknown') throw new RejectedEvent(`loan ${loanId} is not known here`);
  const origin = { loanId, partner, instalments: loan.terms.instalments };
  const id = relendingIdOf(loanId);
  await relendings.decide<RelendingRefusal>(id, (state) => decide(state, { kind: 'open', origin, lots }));
  await lendOn.propose(id);
}
