import type { CommitmentCommand, Decision } from './commands.ts';
import { type Commitment, type CommitmentEvent, evolve, type Holding } from './commitment.ts';
import { confirm } from './confirm.ts';
import { confirmReceipt, reportDelivery } from './deliveries.ts';
import { recordAttendance, recordDisbursement, releaseLines } from './external-reports.ts';

type LaterCommand = Exclude<CommitmentCommand, { type: 'request' | 'confirm' }>;

function decideLater(state: Holding, command: LaterCommand, now: Date): Decision {
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
function withClosing(state: Holding, events: CommitmentEvent[], now: Date): CommitmentEvent[] {
  const after = events.reduce<Commitment>(evolve, state);
  if (after.status !== 'confirmed' || after.lines.some(({ status }) => status === 'open')) return events;
  const { collaborationId, origin } = after.request;
  const outcome = after.lines.some(({ status }) => status === 'fulfilled') ? 'fulfilled' : 'released';
  return [
    ...events,
    { type: 'commitment-closed', data: { collaborationId, origin, outcome, closedAt: now.toISOString() } },
  ];
}

/**
 * The events of a command in order, none where the step was taken before, or a refusal. When no line is open any more
 * the last event closes the commitment: fulfilled where any line is fulfilled, released otherwise.
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
