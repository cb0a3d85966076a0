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
import type { ReservationParts } from './make-commitment/reservation-process.ts';
import {
  confirmLinesWhenTrainingIsHeld,
  confirmLineWhenLoanIsDisbursed,
  declareNeedsWhenMsmeIsListedOrUpdated,
  makeCommitmentWhenRelendIsProposed,
  recordDeliveryWhenReceiptIsConfirmed,
  releaseLinesWhenMsmeIsDelisted,
  releaseLinesWhenTrainingIsCancelled,
  releaseLineWhenContractIsDeclined,
  releaseReservationWhenLineIsReleased,
  takeNeedsOffWhenMsmeIsDelisted,
} from './reactions.ts';

/** What the service does about each event. Its own line events update its boards over the same bus. */
export const subscriptions: readonly Subscription<ReservationParts>[] = [
  on(msmeListed, 'newest-wins', declareNeedsWhenMsmeIsListedOrUpdated),
  on(msmeUpdated, 'newest-wins', declareNeedsWhenMsmeIsListedOrUpdated),
  // The order matters: first nothing more can be reserved on the board, then what was reserved is released.
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
