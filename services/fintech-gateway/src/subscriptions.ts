import {
  commitmentClosed,
  commitmentConfirmed,
  contractDeclined,
  loanDisbursed,
  loanRepaid,
  msmeDelisted,
  msmeListed,
  msmeUpdated,
  needCoverageChanged,
  repaymentReceived,
} from '@ksbb/contracts';
import { on, type Subscription } from '@ksbb/messaging';
import {
  dropCandidateWhenMsmeIsDelisted,
  keepCandidateWhenMsmeIsListed,
  keepCandidateWhenMsmeIsUpdated,
  keepOpenNeedWhenCoverageChanges,
} from './reactions/keep-candidates.ts';
import { openRelendingWhenLoanIsRepaid } from './reactions/open-relending-when-loan-is-repaid.ts';
import { postDisbursementWhenLoanIsDisbursed, postRepaymentWhenItIsReceived } from './reactions/post-to-the-ledger.ts';
import type { Reactions } from './reactions/reactions.ts';
import { requestLoanWhenRelendIsConfirmed } from './reactions/request-loan-when-relend-is-confirmed.ts';
import { requestLoansWhenDonorCommits } from './reactions/request-loans-when-donor-commits.ts';
import { takeMoneyBackWhenContractIsDeclined } from './reactions/take-money-back-when-contract-is-declined.ts';
import { tryTheNextWhenNothingWasCovered } from './reactions/try-the-next-when-nothing-was-covered.ts';

export const subscriptions: readonly Subscription<Reactions>[] = [
  on(commitmentConfirmed, 'transition', requestLoansWhenDonorCommits),
  on(commitmentConfirmed, 'transition', requestLoanWhenRelendIsConfirmed),
  on(commitmentClosed, 'transition', tryTheNextWhenNothingWasCovered),
  on(contractDeclined, 'transition', takeMoneyBackWhenContractIsDeclined),
  on(loanRepaid, 'transition', openRelendingWhenLoanIsRepaid),
  on(loanDisbursed, 'insert', postDisbursementWhenLoanIsDisbursed),
  on(repaymentReceived, 'insert', postRepaymentWhenItIsReceived),
  on(msmeListed, 'newest-wins', keepCandidateWhenMsmeIsListed),
  on(msmeUpdated, 'newest-wins', keepCandidateWhenMsmeIsUpdated),
  on(msmeDelisted, 'newest-wins', dropCandidateWhenMsmeIsDelisted),
  on(needCoverageChanged, 'newest-wins', keepOpenNeedWhenCoverageChanges),
];
