import { type ConfirmedLine, lineAmount, type LineOutcome } from '@ksbb/contracts';
import type { BoardAnswer, Confirm } from './commands.ts';
import type { CommitmentEvent, NumberedLine, Reserving } from './commitment.ts';

function answerTo({ lineId }: NumberedLine, answers: BoardAnswer[]): BoardAnswer {
  const answer = answers.find((candidate) => candidate.lineId === lineId);
  if (answer === undefined) throw new Error(`the board did not answer to ${lineId}`);
  return answer;
}

function outcomeOf(line: NumberedLine, { covered, shortfallReason }: BoardAnswer): LineOutcome {
  const { needId, msmeId, lineId } = line;
  return { needId, msmeId, lineId: covered > 0 ? lineId : null, requested: lineAmount(line), covered, shortfallReason };
}

function termsOf(line: NumberedLine, { covered, place }: BoardAnswer): ConfirmedLine {
  const { lineId, msmeId, needId } = line;
  if (place !== null) {
    const { msmeName, area, need } = place;
    const common = { lineId, msmeId, needId, msmeName, area };
    if (line.package === 'goods' && need.package === 'goods')
      return { ...common, package: 'goods', item: need.item, quantity: covered };
    if (line.package === 'capital' && need.package === 'capital') {
      return {
        ...common,
        package: 'capital',
        amountRupiah: covered,
        partner: line.partner,
        instalments: line.instalments,
      };
    }
    if (line.package === 'training' && need.package === 'training') {
      return { ...common, package: 'training', topic: need.topic, skill: need.skill, seats: covered };
    }
  }
  throw new Error(`the board covered ${lineId} without a need of its package`);
}

/**
 * Ends the reserving: the covered lines hold, or where nothing was covered the commitment is over.
 * @throws Error where the board did not answer to a line, or covered one from a need of another package
 */
export function confirm({ request }: Reserving, { answers }: Confirm, now: Date): CommitmentEvent[] {
  const { collaborationId, origin, donorName } = request;
  const answered = request.lines.map((line) => ({ line, answer: answerTo(line, answers) }));
  const outcomes = answered.map(({ line, answer }) => outcomeOf(line, answer));
  const lines = answered.filter(({ answer }) => answer.covered > 0).map(({ line, answer }) => termsOf(line, answer));
  const at = now.toISOString();
  if (lines.length === 0) {
    return [
      {
        type: 'commitment-closed',
        data: { collaborationId, origin, outcome: 'nothing-covered', closedAt: at, outcomes },
      },
    ];
  }
  return [
    { type: 'commitment-confirmed', data: { collaborationId, origin, donorName, lines, confirmedAt: at, outcomes } },
  ];
}
