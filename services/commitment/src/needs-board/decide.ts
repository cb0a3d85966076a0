import type { Area, LineOutcome, Need, NeedCoverage, PackageOfHelp } from '@ksbb/contracts';
import {
  type Board,
  type BoardEvent,
  type BoardMsme,
  evolve,
  type Fact,
  type KnownBoard,
  RESERVATIONS_LIMIT,
  type Reservation,
  type ShortfallReason,
} from './board.ts';
import { coverageOf, openOf } from './coverage.ts';

/** A line that asks for an amount of a need, in the unit of its package. */
export type ReservationRequest = { lineId: string; needId: string; package: PackageOfHelp; amount: number };

/** What a line got. `place` is null where it got nothing. */
export type ReservationReply = Pick<LineOutcome, 'covered' | 'shortfallReason'> & {
  lineId: string;
  place: { msmeName: string; area: Area; need: Need } | null;
};

export type BoardCommand =
  /** The public state of the MSME at `version`. The newest wins. */
  | { type: 'declare'; msme: BoardMsme; version: number; listed: boolean }
  /** Covers each line as far as its need is open, in the order given. A line that had its reply before is skipped. */
  | { type: 'reserve'; lines: ReservationRequest[] }
  /** The MSME received help on a line. `fact.id` is the id of the report. A repeat changes nothing. */
  | { type: 'record-delivery'; lineId: string; fact: Fact }
  /** Releases a part of a line's reservation. `fact.id` is the id of the event. A repeat changes nothing. */
  | { type: 'release'; lineId: string; fact: Fact };

export type BoardRefusal = { refused: 'no-such-line' };

type Coverage = Pick<Reservation, 'covered' | 'reason'>;

const nothing = (reason: ShortfallReason): Coverage => ({ covered: 0, reason });

function reservationOf(board: KnownBoard, lineId: string): Reservation | undefined {
  return board.needs.flatMap((row) => row.reservations).find((reservation) => reservation.lineId === lineId);
}

function hasReply(board: KnownBoard, lineId: string): boolean {
  return reservationOf(board, lineId) !== undefined || board.turnedAway.some((line) => line.lineId === lineId);
}

function isFull(board: KnownBoard): boolean {
  return board.needs.reduce((count, row) => count + row.reservations.length, 0) >= RESERVATIONS_LIMIT;
}

function cover(board: KnownBoard, request: ReservationRequest): Coverage {
  if (board.status === 'delisted') return nothing('msme-not-listed');
  const row = board.needs.find(({ need }) => need.needId === request.needId);
  if (row === undefined || row.declared === 0) return nothing('no-such-need');
  if (row.need.package !== request.package) return nothing('other-package');
  if (isFull(board)) return nothing('board-full');
  const covered = Math.min(openOf(row), request.amount);
  return { covered, reason: covered < request.amount ? 'already-covered' : null };
}

function reserve(board: Board, lines: ReservationRequest[]): BoardEvent[] {
  const events: BoardEvent[] = [];
  let now = board;
  for (const line of lines) {
    if (now.status === 'unknown' || hasReply(now, line.lineId)) continue;
    const { lineId, needId } = line;
    const { covered, reason } = cover(now, line);
    const event: BoardEvent =
      covered === 0 && reason !== null
        ? { type: 'line-turned-away', data: { lineId, reason } }
        : { type: 'line-reserved', data: { lineId, needId, covered, reason } };
    events.push(event);
    now = evolve(now, event);
  }
  return events;
}

function record(
  board: Board,
  type: 'delivery-recorded' | 'reservation-released',
  lineId: string,
  fact: Fact,
): BoardEvent[] | BoardRefusal {
  const reservation = board.status === 'unknown' ? undefined : reservationOf(board, lineId);
  if (reservation === undefined) return { refused: 'no-such-line' };
  const facts = type === 'delivery-recorded' ? reservation.deliveries : reservation.releases;
  return facts.some(({ id }) => id === fact.id) ? [] : [{ type, data: { lineId, fact } }];
}

function changes(board: Board, command: BoardCommand): BoardEvent[] | BoardRefusal {
  switch (command.type) {
    case 'declare': {
      const { msme, version, listed } = command;
      if (board.status !== 'unknown' && board.msmeVersion >= version) return [];
      return [{ type: 'needs-declared', data: { msme, version, listed } }];
    }
    case 'reserve':
      return reserve(board, command.lines);
    case 'record-delivery':
      return record(board, 'delivery-recorded', command.lineId, command.fact);
    case 'release':
      return record(board, 'reservation-released', command.lineId, command.fact);
    default:
      return command satisfies never;
  }
}

function sameCoverage(board: Board, needs: NeedCoverage[]): boolean {
  const before = board.status === 'unknown' ? [] : coverageOf(board).needs;
  return JSON.stringify(before) === JSON.stringify(needs);
}

/**
 * The events of a command in order, none where the step was taken before, or a refusal. Where the declared, promised or
 * delivered amounts change, the last event carries the new coverage. A reservation never makes the promised amount of a
 * need exceed the declared one. Only the MSME can declare less than is promised.
 */
export function decide(board: Board, command: BoardCommand): BoardEvent[] | BoardRefusal {
  const events = changes(board, command);
  if ('refused' in events) return events;
  const after = events.reduce(evolve, board);
  if (after.status === 'unknown') return events;
  const coverage = coverageOf(after);
  return sameCoverage(board, coverage.needs) ? events : [...events, { type: 'need-coverage-changed', data: coverage }];
}

/** What a line got, always the same once it was reserved. An MSME that the board does not know counts as not listed. */
export function replyTo(board: Board, lineId: string): ReservationReply {
  const refused = (reason: ShortfallReason) => ({ lineId, covered: 0, shortfallReason: reason, place: null });
  if (board.status === 'unknown') return refused('msme-not-listed');
  for (const { need, reservations } of board.needs) {
    const found = reservations.find((reservation) => reservation.lineId === lineId);
    if (found === undefined) continue;
    const place = { msmeName: board.name, area: board.area, need };
    return { lineId, covered: found.covered, shortfallReason: found.reason, place };
  }
  return refused(board.turnedAway.find((line) => line.lineId === lineId)?.reason ?? 'msme-not-listed');
}
