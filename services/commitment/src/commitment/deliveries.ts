import type { CommitmentRefusal, ConfirmReceipt, Decision, LineFault, ReportDelivery } from './commands.ts';
import { type CommitmentEvent, type Holding, lineOf } from './commitment.ts';
import { aboutLine, type Line, missingOn, reportedOn } from './line.ts';

/** The most reports that a line takes, so that a document stays small even where each report is of one piece. */
export const REPORTS_LIMIT = 20;

type Quantity = ReportDelivery['lines'][number];

function faultOf(line: Line | undefined, quantity: number): LineFault | null {
  if (line === undefined) return 'no-such-line';
  if (line.terms.package !== 'goods') return 'not-goods';
  if (line.status !== 'open') return 'not-open';
  if (line.reports.length >= REPORTS_LIMIT) return 'too-many-reports';
  return quantity > missingOn(line) ? 'more-than-missing' : null;
}

function faultsOf(state: Holding, lines: Quantity[]): (CommitmentRefusal & { refused: 'impossible-lines' }) | null {
  const faults = lines.flatMap(({ lineId, quantity }, at) => {
    const line = lineOf(state, lineId);
    const fault = faultOf(line, quantity);
    return fault === null ? [] : [{ at, fault, missing: line === undefined ? 0 : missingOn(line) }];
  });
  return faults.length === 0 ? null : { refused: 'impossible-lines', faults };
}

/** Whether a report of that id was made before, and if so whether it said the same. */
function repeatOf(state: Holding, { reportId, lines, note }: ReportDelivery): 'new' | 'same' | 'other' {
  const made = state.lines.flatMap(({ terms, reports }) => {
    return reports
      .filter((report) => report.reportId === reportId)
      .map((report) => ({ ...report, lineId: terms.lineId }));
  });
  if (made.length === 0) return 'new';
  const isSame = ({ lineId, quantity }: Quantity) =>
    made.some((row) => row.lineId === lineId && row.reported === quantity && row.note === note);
  return made.length === lines.length && lines.every(isSame) ? 'same' : 'other';
}

/** Takes the whole report or nothing of it. A repeat adds nothing. */
export function reportDelivery(state: Holding, command: ReportDelivery, now: Date): Decision {
  const repeat = repeatOf(state, command);
  if (repeat !== 'new') return repeat === 'same' ? [] : { refused: 'other-report' };
  const faults = faultsOf(state, command.lines);
  if (faults !== null) return faults;
  const { collaborationId } = state.request;
  const { reportId, note } = command;
  const delivered = (line: Line, quantity: number): CommitmentEvent => {
    const { lineId, msmeId } = line.terms;
    const reportedTotal = reportedOn(line) + quantity;
    return {
      type: 'line-delivered',
      data: { collaborationId, lineId, msmeId, reportId, quantity, reportedTotal, reportedAt: now.toISOString(), note },
    };
  };
  return command.lines.flatMap(({ lineId, quantity }) => {
    const line = lineOf(state, lineId);
    return line === undefined ? [] : [delivered(line, quantity)];
  });
}

/**
 * Each report is confirmed once. A repeat with the same quantity adds nothing. Where the line was released in between,
 * what the MSME did not receive is released too, because nobody will deliver it.
 */
export function confirmReceipt(state: Holding, command: ConfirmReceipt, now: Date): Decision {
  const { lineId, reportId, quantity, note } = command;
  const line = lineOf(state, lineId);
  if (line === undefined) return { refused: 'no-such-line' };
  if (line.terms.msmeId !== command.msmeId) return { refused: 'not-your-line' };
  const report = line.reports.find((candidate) => candidate.reportId === reportId);
  if (report === undefined) return { refused: 'no-such-report' };
  if (report.confirmed !== null)
    return report.confirmed === quantity ? [] : { refused: 'already-confirmed', confirmed: report.confirmed };
  if (quantity > report.reported) return { refused: 'more-than-reported', reported: report.reported };

  const about = aboutLine(state, line);
  const amounts = { reportedAmount: report.reported, confirmedAmount: quantity };
  const receipt = { ...about, reportId, ...amounts, confirmedAt: now.toISOString(), note };
  const events: CommitmentEvent[] = [{ type: 'line-receipt-confirmed', data: receipt }];
  const releasedAmount = report.reported - quantity;
  if (line.releaseReason !== null && releasedAmount > 0) {
    events.push({ type: 'line-released', data: { ...about, releasedAmount, reason: line.releaseReason } });
  }
  return events;
}
