import type { contractCancelled, contractDeclined, EventOf } from '@ksbb/contracts';
import { decide, type RelendingRefusal } from '../fund/relending/decide.ts';
import { relendingIdOf } from '../fund/relending/relending.ts';
import type { Reactions } from './reactions.ts';

/** A loan of repaid money does not come about: the money goes back to where it was taken from, and to the next. */
async function takeMoneyBack(loanId: string, { loans, relendings, lendOn }: Reactions): Promise<void> {
  const loan = (await loans.load(loanId))?.state;
  if (loan === undefined || loan.status === 'unknown' || loan.terms.relentFrom === null) return;
  const id = relendingIdOf(loan.terms.relentFrom.loanId);
  await relendings.decide<RelendingRefusal>(id, (state) => decide(state, { kind: 'take-back', loanId }));
  await lendOn.propose(id);
}

export async function takeMoneyBackWhenContractIsDeclined(
  event: EventOf<typeof contractDeclined>,
  deps: Reactions,
): Promise<void> {
  await takeMoneyBack(event.data.loanId, deps);
}

export async function takeMoneyBackWhenContractIsCancelled(
  event: EventOf<typeof contractCancelled>,
  deps: Reactions,
): Promise<void> {
  await takeMoneyBack(event.data.loanId, deps);
}
