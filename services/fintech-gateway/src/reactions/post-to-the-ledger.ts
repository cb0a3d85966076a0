import type { EventOf, loanDisbursed, loanWrittenOff, repaymentReceived } from '@ksbb/contracts';
import { postDisbursement, postRepayment, postWriteOff } from '../fund/ledger.ts';
import type { Reactions } from './reactions.ts';

export async function postDisbursementWhenLoanIsDisbursed(
  event: EventOf<typeof loanDisbursed>,
  { postings }: Reactions,
): Promise<void> {
  await postings.add(event.id, postDisbursement(event.data));
}

export async function postRepaymentWhenItIsReceived(
  event: EventOf<typeof repaymentReceived>,
  { postings }: Reactions,
): Promise<void> {
  await postings.add(event.id, postRepayment(event.data));
}

export async function postLossWhenLoanIsWrittenOff(
  event: EventOf<typeof loanWrittenOff>,
  { postings }: Reactions,
): Promise<void> {
  await postings.add(event.id, postWriteOff(event.data));
}
