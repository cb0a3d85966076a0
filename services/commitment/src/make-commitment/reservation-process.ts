import { helpAmount } from '@ksbb/contracts';
import { type Log, type Loop, startLoop } from '@ksbb/service-kit';
import type { MadeCommitment, NumberedLine, Reserving } from '../commitment/commitment.ts';
import { decide as decideCommitment } from '../commitment/decide.ts';
import {
  decide as decideBoard,
  replyTo,
  type ReservationReply,
  type ReservationRequest,
} from '../needs-board/decide.ts';
import { type Boards, type Commitments, findReservingSince } from '../stores.ts';

/* The process manager of a reservation: it spans one commitment and the boards of several MSMEs. */

export type ReservationParts = { boards: Boards; commitments: Commitments; clock: () => Date };

const RESUME_EVERY_MS = 3_000;
/** The request that made a younger commitment is still working on it. */
const RESUME_AGE_MS = 10_000;
const RESUME_LIMIT = 50;
/** On a database without sparse indexes the query is a scan, which may take a twentieth of the time at most. */
const RESUME_MAX_SHARE = 1 / 20;

function requestOf(line: NumberedLine): ReservationRequest {
  return { lineId: line.lineId, needId: line.needId, package: line.package, amount: helpAmount(line) };
}

/** The result of a step that cannot be refused here. A refusal would mean damaged data. */
function accepted<Result extends object>(result: Result): Exclude<Result, { refused: string }> {
  if ('refused' in result) throw new Error(`a commitment that is being reserved was refused: ${result.refused}`);
  return result as Exclude<Result, { refused: string }>;
}

/**
 * Reserves the lines of a commitment on the board of each MSME, one after the other in the order of their ids, and then
 * confirms what is covered. Each board and the commitment are written by an update of their own. Every step can be
 * repeated, also by several processes at once, with the same outcome. So a reservation that was interrupted is finished
 * by the donor's repeated request or by `resumeReservations`.
 */
export async function reserveAndConfirm(
  { boards, commitments, clock }: ReservationParts,
  { request }: Reserving,
): Promise<MadeCommitment> {
  const replies: ReservationReply[] = [];
  const byMsme = Map.groupBy(request.lines, ({ msmeId }) => msmeId);
  for (const [msmeId, lines] of [...byMsme].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const board = accepted(
      await boards.decide(msmeId, (state) => decideBoard(state, { type: 'reserve', lines: lines.map(requestOf) })),
    );
    replies.push(...lines.map(({ lineId }) => replyTo(board.state, lineId)));
  }
  const { state } = accepted(
    await commitments.decide(request.collaborationId, (before) =>
      decideCommitment(before, { type: 'confirm', replies }, clock()),
    ),
  );
  if (state.status === 'none') throw new Error('a commitment that was confirmed is not there');
  return state;
}

/** Finishes reservations that were interrupted, the oldest first where the database has the index. Returns how many. */
export async function resumeReservations(parts: ReservationParts, log: Log): Promise<number> {
  const before = new Date(parts.clock().getTime() - RESUME_AGE_MS);
  let finished = 0;
  for (const { id, state } of await findReservingSince(parts.commitments, before, RESUME_LIMIT)) {
    if (state.status !== 'reserving') continue;
    try {
      await reserveAndConfirm(parts, state);
      finished += 1;
      log.info({ collaborationId: id }, 'finished an interrupted reservation');
    } catch (error) {
      log.warn({ err: error, collaborationId: id }, 'an interrupted reservation could not be finished yet');
    }
  }
  return finished;
}

/** Resumes interrupted reservations until closed. Every process may run this loop. */
export function startResuming(parts: ReservationParts, log: Log): Loop {
  return startLoop({
    name: 'resume-reservations',
    everyMs: RESUME_EVERY_MS,
    maxShare: RESUME_MAX_SHARE,
    tick: async () => void (await resumeReservations(parts, log)),
    log,
  });
}
