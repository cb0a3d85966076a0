import { recordAttendance, recordDisbursement, releaseLines } from './arrive.ts';
import type { CommitmentCommand, Decision } from './commands.ts';
import { type ClosedCommitment, type Commitment, type CommitmentEvent, type Confirmed, evolve } from './commitment.ts';
import { confirm } from './confirm.ts';
import { confirmReceipt, reportDelivery } from './report.ts';

type LaterCommand = Exclude<CommitmentCommand, { type: 'request' | 'confirm' }>;

function decideLater(state: Confirmed | ClosedCommitment, command: LaterCommand, now: Date): Decision {
  switch (command.type) {
    case 'report-delivery':
      return reportDelivery(state, command, now);
    case 'confirm-receipt':
      return confirmReceipt(state, command, now);
    case 'record-disbursement':
      return recordDisbursement(state, command, now);
    case 'record-attendance':
      return recordAttendance(state, command, now);
    case 'release':
      return releaseLines(state, command);
    default:
      return command satisfies never;
  }
}

/** Closes a commitment when these events leave nothing open in it. */
function withClosing(state: Confirmed | ClosedCommitment, events: CommitmentEvent[], now: Date): CommitmentEvent[] {
  const after = events.reduce(evolve, state as Commitment);
  if (after.status !== 'confirmed' || after.lines.some(({ status }) => status === 'open')) return events;
  const { collaborationId, origin } = after.request;
  const outcome = after.lines.some(({ status }) => status === 'fulfilled') ? 'fulfilled' : 'released';
  return [
    ...events,
    { type: 'commitment-closed', data: { collaborationId, origin, outcome, closedAt: now.toISOString() } },
  ];
}

/**
 * What a commitment makes of a command: events in order, none where it was done before, or a refusal that changes nothing.
 * When no line is open any more, the last event closes it: fulfilled where help came on any line, released otherwise.
 */
export function decide(state: Commitment, command: CommitmentCommand, now: Date): Decision {
  switch (command.type) {
    case 'request':
      if (state.status !== 'none') return [];
      return [{ type: 'commitment-requested', data: { ...command.request, requestedAt: now.toISOString() } }];
    case 'confirm':
      if (state.status === 'none') return { refused: 'not-confirmed-yet' };
      return state.status === 'reserving' ? confirm(state, command, now) : [];
    default: {
      if (state.status === 'none' || state.status === 'reserving') return { refused: 'not-confirmed-yet' };
      const events = decideLater(state, command, now);
      return 'refused' in events ? events : withClosing(state, events, now);
    }
  }
}
