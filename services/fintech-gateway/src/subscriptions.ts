import {
  commitmentClosed,
  commitmentConfirmed,
  contractCancelled,
  contractDeclined,
  contractForwarded,
  contractSigned,
  fundRelent,
  lineReleased,
  loanDisbursed,
  loanRepaid,
  loanWrittenOff,
  msmeDelisted,
  msmeListed,
  msmeUpdated,
  needCoverageChanged,
  repaymentReceived,
} from '@ksbb/contracts';
import { on, type Subscription } from '@ksbb/messaging';
import { cancelLoanWhenLineIsReleased } from './reactions/cancel-loan-when-line-is-released.ts';
import {
  dropCandidateWhenMsmeIsDelisted,
  keepCandidateWhenMsmeIsListed,
  keepCandidateWhenMsmeIsUpdated,
  keepOpenNeedWhenCoverageChanges,
} from './reactions/keep-candidates.ts';
import { openRelendingWhenLoanIsRepaid, openRelendingWhenLoanIsWrittenOff } from './reactions/open-relending.ts';
import {
  postDisbursementWhenLoanIsDisbursed,
  postLossWhenLoanIsWrittenOff,
  postRepaymentWhenItIsReceived,
} from './reactions/post-to-the-ledger.ts';
import type { Reactions } from './reactions/reactions.ts';
import { requestLoanWhenRelendIsConfirmed } from './reactions/request-loan-when-relend-is-confirmed.ts';
import { requestLoansWhenDonorCommits } from './reactions/request-loans-when-donor-commits.ts';
import {
  takeMoneyBackWhenContractIsCancelled,
  takeMoneyBackWhenContractIsDeclined,
} from './reactions/take-money-back.ts';
import { tellPartner } from './reactions/tell-partner.ts';
import { tryTheNextWhenNothingWasCovered } from './reactions/try-the-next-when-nothing-was-covered.ts';
import { watchLoanWhenContractIsForwarded } from './reactions/watch-loan-when-contract-is-forwarded.ts';

/** What a partner's endpoints are told of. */
const toldToPartners = [
  contractForwarded,
  contractSigned,
  contractDeclined,
  contractCancelled,
  loanDisbursed,
  repaymentReceived,
  loanRepaid,
  loanWrittenOff,
  fundRelent,
] as const;

export const subscriptions: readonly Subscription<Reactions>[] = [
  on(commitmentConfirmed, 'transition', requestLoansWhenDonorCommits),
  on(commitmentConfirmed, 'transition', requestLoanWhenRelendIsConfirmed),
  on(commitmentClosed, 'transition', tryTheNextWhenNothingWasCovered),
  on(lineReleased, 'transition', cancelLoanWhenLineIsReleased),
  on(contractForwarded, 'insert', watchLoanWhenContractIsForwarded),
  on(contractDeclined, 'transition', takeMoneyBackWhenContractIsDeclined),
  on(contractCancelled, 'transition', takeMoneyBackWhenContractIsCancelled),
  on(loanRepaid, 'transition', openRelendingWhenLoanIsRepaid),
  on(loanWrittenOff, 'transition', openRelendingWhenLoanIsWrittenOff),
  on(loanDisbursed, 'insert', postDisbursementWhenLoanIsDisbursed),
  on(repaymentReceived, 'insert', postRepaymentWhenItIsReceived),
  on(loanWrittenOff, 'insert', postLossWhenLoanIsWrittenOff),
  on(msmeListed, 'newest-wins', keepCandidateWhenMsmeIsListed),
  on(msmeUpdated, 'newest-wins', keepCandidateWhenMsmeIsUpdated),
  on(msmeDelisted, 'newest-wins', dropCandidateWhenMsmeIsDelisted),
  on(needCoverageChanged, 'newest-wins', keepOpenNeedWhenCoverageChanges),
  ...toldToPartners.map((event) => on(event, 'insert', tellPartner)),
];
