import { lineAmount } from '@ksbb/contracts';
import type { BoardAnswer } from '../commitment/commands.ts';
import type { Commitment, MadeCommitment, NumberedLine, Reserving } from '../commitment/commitment.ts';
import { decide as decideCommitment } from '../commitment/decide.ts';
import type { Board } from '../needs-board/board.ts';
import { answerTo, type AskedLine, decide as decideBoard, needOf } from '../needs-board/decide.ts';
import type { Boards } from '../stores/boards.ts';
import type { Commitments } from '../stores/commitments.ts';

export type Reservations = { boards: Boards; commitments: Commitments; clock: () => Date };

function asked(line: NumberedLine): AskedLine {
  return { lineId: line.lineId, needId: line.needId, package: line.package, amount: lineAmount(line) };
}

function answered(board: Board, { lineId, needId }: NumberedLine): BoardAnswer {
  const { covered, reason } = answerTo(board, lineId);
  const need = board.status === 'unknown' ? undefined : needOf(board, needId)?.need;
  const place =
    board.status === 'unknown' || need === undefined ? null : { msmeName: board.name, area: board.area, need };
  return { lineId, covered, shortfallReason: reason, place };
}

/** A step that cannot be refused here; a refusal would mean damaged data. */
function done<Result extends object>(result: Result): Exclude<Result, { refused: string }> {
  if ('refused' in result) throw new Error(`a commitment that is being reserved was refused: ${result.refused}`);
  return result as Exclude<Result, { refused: string }>;
}

function made(state: Commitment): MadeCommitment {
  if (state.status === 'none') throw new Error('a commitment that was confirmed is not there');
  return state;
}

/**
 * Reserves the lines of a commitment on the board of each MSME, one after the other in the order of their ids, and then
 * confirms what is covered. Each board and the commitment are written by an update of their own; every step may be
 * repeated, also by several at once, and answers the same, so whatever ends in between is finished by who comes next: the
 * donor's repeated request or the sweeper.
 */
export async function reserveAndConfirm(
  { boards, commitments, clock }: Reservations,
  { request }: Reserving,
): Promise<MadeCommitment> {
  const answers: BoardAnswer[] = [];
  const byMsme = Map.groupBy(request.lines, ({ msmeId }) => msmeId);
  for (const [msmeId, lines] of [...byMsme].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const board = done(
      await boards.decide(msmeId, (state) => decideBoard(state, { type: 'reserve', lines: lines.map(asked) })),
    );
    answers.push(...lines.map((line) => answered(board.state, line)));
  }
  const { state } = done(
    await commitments.decide(request.collaborationId, (before) =>
      decideCommitment(before, { type: 'confirm', answers }, clock()),
    ),
  );
  return made(state);
}
