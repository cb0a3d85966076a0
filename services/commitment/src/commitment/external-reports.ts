import type { PackageOfHelp } from '@ksbb/contracts';
import type { Decision, RecordAttendance, RecordDisbursement, ReleaseLines } from './commands.ts';
import { type CommitmentEvent, type Holding, lineOf } from './commitment.ts';
import { aboutLine, type Line, missingOn, promisedOn, type ReleaseReason } from './line.ts';

/*
 * External reports: what other services say about a line. They know best, so help that they report counts as received
 * even on a line that was released before.
 */

function received(state: Holding, line: Line, reportId: string, amount: number, now: Date): CommitmentEvent {
  const amounts = { reportedAmount: amount, confirmedAmount: amount };
  return {
    type: 'line-receipt-confirmed',
    data: { ...aboutLine(state, line), reportId, ...amounts, confirmedAt: now.toISOString(), note: null },
  };
}

function released(state: Holding, line: Line, releasedAmount: number, reason: ReleaseReason): CommitmentEvent {
  return { type: 'line-released', data: { ...aboutLine(state, line), releasedAmount, reason } };
}

/** The lines of these ids. Undefined where one of them is not here or is of another package. */
function linesOf(state: Holding, lineIds: string[], packageOfHelp?: PackageOfHelp): Line[] | undefined {
  const lines = lineIds.flatMap((lineId) => lineOf(state, lineId) ?? []);
  const isRight = ({ terms }: Line) => packageOfHelp === undefined || terms.package === packageOfHelp;
  return lines.length === lineIds.length && lines.every(isRight) ? lines : undefined;
}

/** A loan is disbursed once. */
export function recordDisbursement(state: Holding, command: RecordDisbursement, now: Date): Decision {
  const { lineId, reportId, amountRupiah } = command;
  const lines = linesOf(state, [lineId], 'capital');
  if (lines === undefined) return { refused: 'no-such-line' };
  return lines
    .filter(({ reports }) => reports.length === 0)
    .map((line) => received(state, line, reportId, amountRupiah, now));
}

/** A training is held once. Attendance beyond the promised seats does not count. Empty seats are released. */
function attendance(state: Holding, line: Line, attended: number, reportId: string, now: Date): CommitmentEvent[] {
  if (line.reports.length > 0) return [];
  const seats = promisedOn(line);
  const taken = Math.min(attended, seats);
  const receipt = taken > 0 ? [received(state, line, reportId, taken, now)] : [];
  const rest =
    line.status === 'open' && taken < seats ? [released(state, line, seats - taken, 'attendance-below-seats')] : [];
  return [...receipt, ...rest];
}

/** Records the taken seats of each participant's line. A repeat adds nothing. */
export function recordAttendance(state: Holding, { participants, reportId }: RecordAttendance, now: Date): Decision {
  const lineIds = participants.map(({ lineId }) => lineId);
  const lines = linesOf(state, lineIds, 'training');
  if (lines === undefined) return { refused: 'no-such-line' };
  return lines.flatMap((line) => {
    const attended = participants.find(({ lineId }) => lineId === line.terms.lineId)?.attended ?? 0;
    return attendance(state, line, attended, reportId, now);
  });
}

/** Releases what is missing on each open line. Quantities that were reported can still be confirmed. */
export function releaseLines(state: Holding, { lineIds, reason }: ReleaseLines): Decision {
  const lines = linesOf(state, lineIds);
  if (lines === undefined) return { refused: 'no-such-line' };
  return lines.filter(({ status }) => status === 'open').map((line) => released(state, line, missingOn(line), reason));
}
