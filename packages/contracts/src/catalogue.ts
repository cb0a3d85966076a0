import { commitmentClosed } from './commitment/commitment-closed.ts';
import { commitmentConfirmed } from './commitment/commitment-confirmed.ts';
import { lineDelivered } from './commitment/line-delivered.ts';
import { lineReceiptConfirmed } from './commitment/line-receipt-confirmed.ts';
import { lineReleased } from './commitment/line-released.ts';
import { needCoverageChanged } from './commitment/need-coverage-changed.ts';
import type { EventDefinition } from './event.ts';
import { contractCancelled } from './fintech-gateway/contract-cancelled.ts';
import { contractDeclined } from './fintech-gateway/contract-declined.ts';
import { contractForwarded } from './fintech-gateway/contract-forwarded.ts';
import { contractSigned } from './fintech-gateway/contract-signed.ts';
import { fundRelent } from './fintech-gateway/fund-relent.ts';
import { loanDisbursed } from './fintech-gateway/loan-disbursed.ts';
import { loanRepaid } from './fintech-gateway/loan-repaid.ts';
import { loanWrittenOff } from './fintech-gateway/loan-written-off.ts';
import { relendProposed } from './fintech-gateway/relend-proposed.ts';
import { repaymentReceived } from './fintech-gateway/repayment-received.ts';
import { msmeDelisted } from './msme-registry/msme-delisted.ts';
import { msmeListed } from './msme-registry/msme-listed.ts';
import { msmeUpdated } from './msme-registry/msme-updated.ts';
import { attendanceRecorded } from './training/attendance-recorded.ts';
import { trainingCancelled } from './training/training-cancelled.ts';
import { trainingHeld } from './training/training-held.ts';
import { trainingReported } from './training/training-reported.ts';
import { trainingScheduled } from './training/training-scheduled.ts';

/** Every event there is, by producer. */
export const catalogue: readonly EventDefinition[] = [
  msmeListed,
  msmeUpdated,
  msmeDelisted,
  commitmentConfirmed,
  lineDelivered,
  lineReceiptConfirmed,
  lineReleased,
  commitmentClosed,
  needCoverageChanged,
  contractForwarded,
  contractSigned,
  contractDeclined,
  contractCancelled,
  loanDisbursed,
  repaymentReceived,
  loanRepaid,
  loanWrittenOff,
  relendProposed,
  fundRelent,
  trainingScheduled,
  attendanceRecorded,
  trainingHeld,
  trainingReported,
  trainingCancelled,
];
