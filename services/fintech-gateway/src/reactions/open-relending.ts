import type { EventOf, loanRepaid, loanWrittenOff, Lot, Partner } from '@ksbb/contracts';
import { RejectedEvent } from '@ksbb/messaging';
import { decide, type RelendingRefusal } from '../fund/relending/decide.ts';
import { relendingIdOf } from '../fund/relending/relending.ts';
import type { Reactions } from './reactions.ts';

/** What has come back of a loan looks for the next MSME, under as many instalments as it had. */
async function open(
  from: { loanId: string; partner: Partner },
  lots: Lot[],
  { loans, relendings, lendOn }: Reactions,
): Promise<void> {
  const { loanId, partner } = from;
  const loan = (await loans.load(loanId))?.state;
  if (loan === undefined || loan.status === 'unknown') throw new RejectedEvent(`loan ${loanId} is not known here`);
  const origin = { loanId, partner, instalments: loan.terms.instalments };
  const id = relendingIdOf(loanId);
  await relendings.decide<RelendingRefusal>(id, (state) => decide(state, { kind: 'open', origin, lots }));
  await lendOn.propose(id);
}

export async function openRelendingWhenLoanIsRepaid(event: EventOf<typeof loanRepaid>, deps: Reactions): Promise<void> {
  await open(event.data, event.data.lots, deps);
}

/** What came back before the rest was lost is lent on. */
export async function openRelendingWhenLoanIsWrittenOff(
  event: EventOf<typeof loanWrittenOff>,
  deps: Reactions,
): Promise<void> {
  if (event.data.repaidLots.length > 0) await open(event.data, event.data.repaidLots, deps);
}
