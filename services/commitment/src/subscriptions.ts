import {
  contractDeclined,
  lineReceiptConfirmed,
  lineReleased,
  loanDisbursed,
  msmeDelisted,
  msmeListed,
  msmeUpdated,
  relendProposed,
  trainingCancelled,
  trainingHeld,
} from '@ksbb/contracts';
import { on, type Subscription } from '@ksbb/messaging';
import { confirmLineWhenLoanIsDisbursed } from './reactions/confirm-line-when-loan-is-disbursed.ts';
import { confirmLinesWhenTrainingIsHeld } from './reactions/confirm-lines-when-training-is-held.ts';
import { declareNeedsWhenMsmeIsListedOrUpdated } from './reactions/declare-needs-when-msme-is-listed-or-updated.ts';
import { makeCommitmentWhenRelendIsProposed } from './reactions/make-commitment-when-relend-is-proposed.ts';
import { recordDeliveryWhenReceiptIsConfirmed } from './reactions/record-delivery-when-receipt-is-confirmed.ts';
import { releaseLineWhenContractIsDeclined } from './reactions/release-line-when-contract-is-declined.ts';
import { releaseLinesWhenMsmeIsDelisted } from './reactions/release-lines-when-msme-is-delisted.ts';
import { releaseLinesWhenTrainingIsCancelled } from './reactions/release-lines-when-training-is-cancelled.ts';
import { releaseReservationWhenLineIsReleased } from './reactions/release-reservation-when-line-is-released.ts';
import { takeNeedsOffWhenMsmeIsDelisted } from './reactions/take-needs-off-when-msme-is-delisted.ts';
import type { Reservations } from './reserving/reserve-and-confirm.ts';

/** What the service does when something happened. Its own lines change its boards through the same bus. */
export const subscriptions: readonly Subscription<Reservations>[] = [
  on(msmeListed, 'newest-wins', declareNeedsWhenMsmeIsListedOrUpdated),
  on(msmeUpdated, 'newest-wins', declareNeedsWhenMsmeIsListedOrUpdated),
  // In this order: what is reserved until the board is off is released, and nothing is reserved after.
  on(msmeDelisted, 'newest-wins', takeNeedsOffWhenMsmeIsDelisted),
  on(msmeDelisted, 'transition', releaseLinesWhenMsmeIsDelisted),
  on(lineReceiptConfirmed, 'transition', recordDeliveryWhenReceiptIsConfirmed),
  on(lineReleased, 'transition', releaseReservationWhenLineIsReleased),
  on(loanDisbursed, 'transition', confirmLineWhenLoanIsDisbursed),
  on(contractDeclined, 'transition', releaseLineWhenContractIsDeclined),
  on(trainingHeld, 'transition', confirmLinesWhenTrainingIsHeld),
  on(trainingCancelled, 'transition', releaseLinesWhenTrainingIsCancelled),
  on(relendProposed, 'transition', makeCommitmentWhenRelendIsProposed),
];
