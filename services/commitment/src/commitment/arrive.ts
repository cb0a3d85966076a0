import type { PackageOfHelp } from '@ksbb/contracts';
import type { Decision, RecordAttendance, RecordDisbursement, ReleaseLines } from './commands.ts';
import { type ClosedCommitment, type CommitmentEvent, type Confirmed, lineOf } from './commitment.ts';
import { type Line, missingOn, promisedOn, type ReleaseReason } from './line.ts';

/*
 * What other services say of a line. They know: where they say that something has arrived, it has, also on a line that
 * was released before.
 */

type Holding = Confirmed | ClosedCommitment;

function about(state: Holding, { terms }: Line) {
  const { lineId, msmeId, needId } = terms;
  return { collaborationId: state.request.collaborationId, lineId, msmeId, needId, package: terms.package };
}

function arrived(state: Holding, line: Line, reportId: string, amount: number, now: Date): CommitmentEvent {
  const amounts = { reportedAmount: amount, confirmedAmount: amount };
  return {
    type: 'line-receipt-confirmed',
    data: { ...about(state, line), reportId, ...amounts, confirmedAt: now.toISOString(), note: null },
  };
}

function released(state: Holding, line: Line, releasedAmount: number, reason: ReleaseReason): CommitmentEvent {
  return { type: 'line-released', data: { ...about(state, line), releasedAmount, reason } };
}

/** The lines of these ids; undefined where one of them is not here or is of another package. */
function linesOf(state: Holding, lineIds: string[], packageOfHelp: PackageOfHelp | 'any'): Line[] | undefined {
  const lines = lineIds.map((lineId) => lineOf(state, lineId));
  const isRight = (line: Line | undefined) =>
    line !== undefined && (packageOfHelp === 'any' || line.terms.package === packageOfHelp);
  return lines.every(isRight) ? lines.filter((line) => line !== undefined) : undefined;
}

/** A loan is paid out once. */
export function recordDisbursement(
  state: Holding,
  { lineId, reportId, amountRupiah }: RecordDisbursement,
  now: Date,
): Decision {
  const lines = linesOf(state, [lineId], 'capital');
  if (lines === undefined) return { refused: 'no-such-line' };
  return lines
    .filter(({ reports }) => reports.length === 0)
    .map((line) => arrived(state, line, reportId, amountRupiah, now));
}

/** A training is held once. Who came beyond the seats that were promised is not counted; empty seats are given back. */
function attendance(state: Holding, line: Line, attended: number, reportId: string, now: Date): CommitmentEvent[] {
  if (line.reports.length > 0) return [];
  const seats = promisedOn(line);
  const taken = Math.min(attended, seats);
  const receipt = taken > 0 ? [arrived(state, line, reportId, taken, now)] : [];
  const rest =
    line.status === 'open' && taken < seats ? [released(state, line, seats - taken, 'attendance-below-seats')] : [];
  return [...receipt, ...rest];
}

export function recordAttendance(state: Holding, { participants, reportId }: RecordAttendance, now: Date): Decision {
  const lines = linesOf(
    state,
    participants.map(({ lineId }) => lineId),
    'training',
  );
  if (lines === undefined) return { refused: 'no-such-line' };
  return lines.flatMap((line) => {
    const attended = participants.find(({ lineId }) => lineId === line.terms.lineId)?.attended ?? 0;
    return attendance(state, line, attended, reportId, now);
  });
}

/** Gives back what is missing on each line that is open. What was reported stays to be confirmed. */
export function releaseLines(state: Holding, { lineIds, reason }: ReleaseLines): Decision {
  const lines = linesOf(state, lineIds, 'any');
  if (lines === undefined) return { refused: 'no-such-line' };
  return lines.filter(({ status }) => status === 'open').map((line) => released(state, line, missingOn(line), reason));
}
