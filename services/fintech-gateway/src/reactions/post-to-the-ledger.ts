import type { EventOf, loanDisbursed, repaymentReceived } from '@ksbb/contracts';
import { postDisbursement, postRepayment } from '../ledger/posting.ts';
import type { Reactions } from './reactions.ts';

export async function postDisbursementWhenLoanIsDisbursed(event: EventOf<typeof loanDisbursed>, { postings }: Reactions): Promise<void> {
  await postings.add(event.id, postDisbursement(event.data));
}

export async function postRepaymentWhenItIsReceived(event: EventOf<typeof repaymentReceived>, { postings }: Reactions): Promise<void> {
  await postings.add(event.id, postRepayment(event.data));
}
