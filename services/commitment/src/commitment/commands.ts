import type { Area, LineOutcome, Need } from '@ksbb/contracts';
import type { CommitmentEvent, Request } from './commitment.ts';
import type { ReleaseReason } from './line.ts';

/** What the needs board answered to a line, and where something is covered what it says of the MSME and the need. */
export type BoardAnswer = Pick<LineOutcome, 'covered' | 'shortfallReason'> & {
  lineId: string;
  place: { msmeName: string; area: Area; need: Need } | null;
};

export type RequestCommitment = { type: 'request'; request: Omit<Request, 'requestedAt'> };
/** Ends the reserving: what is covered holds. One answer for each requested line. */
export type Confirm = { type: 'confirm'; answers: BoardAnswer[] };
/** The donor says that goods were delivered. `reportId` is the same for a repeat. */
export type ReportDelivery = {
  type: 'report-delivery';
  reportId: string;
  lines: { lineId: string; quantity: number }[];
  note: string;
};
/** The MSME says how much of a report has arrived. */
export type ConfirmReceipt = {
  type: 'confirm-receipt';
  msmeId: string;
  reportId: string;
  lineId: string;
  quantity: number;
  note: string;
};
/** The partner has paid a loan out. `reportId` names what says so. */
export type RecordDisbursement = {
  type: 'record-disbursement';
  reportId: string;
  lineId: string;
  amountRupiah: number;
};
/** A training took place; `attended` counts the seats that were taken. `reportId` names what says so. */
export type RecordAttendance = {
  type: 'record-attendance';
  reportId: string;
  participants: { lineId: string; attended: number }[];
};
/** What is missing on these lines will not come. */
export type ReleaseLines = { type: 'release'; lineIds: string[]; reason: ReleaseReason };

export type CommitmentCommand =
  RequestCommitment | Confirm | ReportDelivery | ConfirmReceipt | RecordDisbursement | RecordAttendance | ReleaseLines;

/** Why a line of a delivery report cannot be. */
export type LineFault = 'no-such-line' | 'not-goods' | 'not-open' | 'too-many-reports' | 'more-than-missing';

export type CommitmentRefusal =
  /** There is no such commitment, or its lines are still being reserved. */
  | { refused: 'not-confirmed-yet' }
  | { refused: 'no-such-line' }
  /** `at` is the place of the line in the command, `missing` what could be reported on it. */
  | { refused: 'impossible-lines'; faults: { at: number; fault: LineFault; missing: number }[] }
  | { refused: 'other-report' }
  | { refused: 'not-your-line' }
  | { refused: 'no-such-report' }
  | { refused: 'more-than-reported'; reported: number }
  | { refused: 'already-confirmed'; confirmed: number };

export type Decision = CommitmentEvent[] | CommitmentRefusal;
