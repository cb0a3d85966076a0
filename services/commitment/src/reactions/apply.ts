import { RejectedEvent, RetryLater } from '@ksbb/messaging';
import type { CommitmentCommand } from '../commitment/commands.ts';
import type { Commitment } from '../commitment/commitment.ts';
import { decide as decideCommitment } from '../commitment/decide.ts';
import { type BoardCommand, decide as decideBoard } from '../needs-board/decide.ts';
import type { Reservations } from '../reserving/reserve-and-confirm.ts';

/** Gives a board a command that an event brought. @throws RejectedEvent where it is about a line that the board never reserved */
export async function applyToBoard({ boards }: Reservations, msmeId: string, command: BoardCommand): Promise<void> {
  const result = await boards.decide(msmeId, (state) => decideBoard(state, command));
  if ('refused' in result)
    throw new RejectedEvent(`the board of ${msmeId} refused to ${command.type}: ${result.refused}`);
}

/**
 * Gives a commitment a command that an event brought, and answers what it is then.
 * @throws RetryLater while the commitment is reserving, RejectedEvent where the event is about what the commitment does not hold
 */
export async function applyToCommitment(
  { commitments, clock }: Reservations,
  collaborationId: string,
  command: CommitmentCommand,
): Promise<Commitment> {
  const result = await commitments.decide(collaborationId, (state) => decideCommitment(state, command, clock()));
  if (!('refused' in result)) return result.state;
  const why = `${collaborationId} refused to ${command.type}: ${result.refused}`;
  if (result.refused === 'not-confirmed-yet' && (await commitments.load(collaborationId)) !== null)
    throw new RetryLater(why);
  throw new RejectedEvent(why);
}
