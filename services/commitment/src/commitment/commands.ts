import type { ReservationReply } from '../needs-board/decide.ts';
import type { CommitmentEvent, Request } from './commitment.ts';
import type { ReleaseReason } from './line.ts';

export type RequestCommitment = { type: 'request'; request: Omit<Request, 'requestedAt'> };
/** Ends the reservation: the commitment holds what is covered. One reply for each requested line. */
export type Confirm = { type: 'confirm'; replies: ReservationReply[] };
/** The donor says that goods were delivered. `reportId` is the same for a repeat. */
export type ReportDelivery = {
  type: 'report-delivery';
  reportId: string;
  lines: { lineId: string; quantity: number }[];
  note: string;
};
/** The MSME says how much of a report it received. */
export type ConfirmReceipt = {
  type: 'confirm-receipt';
  msmeId: string;
  reportId: string;
  lineId: string;
  quantity: number;
  note: string;
};
/** External report: the partner has disbursed a loan. `reportId` is the id of the event. */
export type RecordDisbursement = {
  type: 'record-disbursement';
  reportId: string;
  lineId: string;
  amountRupiah: number;
};
/**
 * External report: a training was held. `attended` counts the seats that were taken. `reportId` is the id of the event.
 */
export type RecordAttendance = {
  type: 'record-attendance';
  reportId: string;
  participants: { lineId: string; attended: number }[];
};
/** What is missing on these lines will not be delivered. */
export type ReleaseLines = { type: 'release'; lineIds: string[]; reason: ReleaseReason };

export type CommitmentCommand =
  RequestCommitment | Confirm | ReportDelivery | ConfirmReceipt | RecordDisbursement | RecordAttendance | ReleaseLines;

/** Why a line of a delivery report is refused. */
export type LineFault = 'no-such-line' | 'not-goods' | 'not-open' | 'too-many-reports' | 'more-than-missing';

export type CommitmentRefusal =
  /** There is no such commitment, or its lines are still being reserved. */
  | { refused: 'not-confirmed-yet' }
  | { refused: 'no-such-line' }
  /** `at` is the place of the line in the command, `missing` what can still be reported on it. */
  | { refused: 'impossible-lines'; faults: { at: number; fault: LineFault; missing: number }[] }
  | { refused: 'other-report' }
  | { refused: 'not-your-line' }
  | { refused: 'no-such-report' }
  | { refused: 'more-than-reported'; reported: number }
  | { refused: 'already-confirmed'; confirmed: number };

export type Decision = CommitmentEvent[] | CommitmentRefusal;
