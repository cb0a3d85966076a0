import type { EventOf, lineReleased } from '@ksbb/contracts';
import { RetryLater } from '@ksbb/messaging';
import { decide, type LoanRefusal } from '../loans/core/decide.ts';
import type { Reactions } from './reactions.ts';

/** Reasons of the commitment's own; the others follow from what is known here already. */
const FROM_OUTSIDE = new Set(['msme-delisted', 'withdrawn']);

/**
 * A line is let go: its loan is not to be paid out. Where the partner may know the contract it is asked to take it back;
 * money that is paid out already stays a loan.
 */
export async function cancelLoanWhenLineIsReleased(
  event: EventOf<typeof lineReleased>,
  { loans, jobs, nudge, clock }: Reactions,
): Promise<void> {
  const { lineId, reason } = event.data;
  if (event.data.package !== 'capital' || !FROM_OUTSIDE.has(reason)) return;
  const result = await loans.decide<LoanRefusal>(lineId, (loan) => decide(loan, { kind: 'cancel', reason }, clock()));
  if ('refused' in result) {
    if (result.refused === 'no-such-loan') throw new RetryLater(`loan ${lineId} is not requested yet`);
    return;
  }
  const { state } = result;
  if (state.status === 'unknown' || state.cancelling === null || state.status === 'cancelled') return;
  await jobs.addAgain(lineId, state.terms.partner, clock());
  nudge(state.terms.partner);
}
