import { type ConfirmedLine, helpAmount, type LineOutcome } from '@ksbb/contracts';
import type { ReservationReply } from '../needs-board/decide.ts';
import type { Confirm } from './commands.ts';
import type { CommitmentEvent, NumberedLine, Reserving } from './commitment.ts';

function replyTo({ lineId }: NumberedLine, replies: ReservationReply[]): ReservationReply {
  const reply = replies.find((candidate) => candidate.lineId === lineId);
  if (reply === undefined) throw new Error(`the board has no reply for ${lineId}`);
  return reply;
}

function outcomeOf(line: NumberedLine, { covered, shortfallReason }: ReservationReply): LineOutcome {
  const { needId, msmeId, lineId } = line;
  return { needId, msmeId, lineId: covered > 0 ? lineId : null, requested: helpAmount(line), covered, shortfallReason };
}

function termsOf(line: NumberedLine, { covered, place }: ReservationReply): ConfirmedLine {
  const { lineId, msmeId, needId } = line;
  if (place !== null) {
    const { msmeName, area, need } = place;
    const common = { lineId, msmeId, needId, msmeName, area };
    if (line.package === 'goods' && need.package === 'goods')
      return { ...common, package: 'goods', item: need.item, quantity: covered };
    if (line.package === 'capital' && need.package === 'capital') {
      const { partner, instalments } = line;
      return { ...common, package: 'capital', amountRupiah: covered, partner, instalments };
    }
    if (line.package === 'training' && need.package === 'training')
      return { ...common, package: 'training', topic: need.topic, skill: need.skill, seats: covered };
  }
  throw new Error(`the board covered ${lineId} without a need of its package`);
}

/**
 * Ends the reservation: the commitment holds the covered lines. Where nothing is covered the commitment is closed.
 * @throws Error where a reply is missing, or where the board covered a line from a need of another package
 */
export function confirm({ request }: Reserving, { replies }: Confirm, now: Date): CommitmentEvent[] {
  const { collaborationId, origin, donorName } = request;
  const replied = request.lines.map((line) => ({ line, reply: replyTo(line, replies) }));
  const outcomes = replied.map(({ line, reply }) => outcomeOf(line, reply));
  const lines = replied.filter(({ reply }) => reply.covered > 0).map(({ line, reply }) => termsOf(line, reply));
  const at = now.toISOString();
  if (lines.length === 0) {
    const closed = { collaborationId, origin, outcome: 'nothing-covered' as const, closedAt: at, outcomes };
    return [{ type: 'commitment-closed', data: closed }];
  }
  return [
    { type: 'commitment-confirmed', data: { collaborationId, origin, donorName, lines, confirmedAt: at, outcomes } },
  ];
}
