import type { NeedCoverage, PackageOfHelp } from '@ksbb/contracts';
import {
  type Board,
  type BoardEvent,
  type BoardMsme,
  type BoardNeed,
  evolve,
  type Fact,
  type KnownBoard,
  RESERVATIONS_LIMIT,
  type Reservation,
  type ShortfallReason,
} from './board.ts';
import { coverageOf, openOf } from './coverage.ts';

/** A line that asks for an amount of a need, in the unit of its package. */
export type AskedLine = { lineId: string; needId: string; package: PackageOfHelp; amount: number };

/** What a line got. `reason` says why not all of it; null where it got all. */
export type Answer = { covered: number; reason: ShortfallReason | null };

export type BoardCommand =
  /** The public state of the MSME at `version`; the newest wins. */
  | { type: 'declare'; msme: BoardMsme; version: number; listed: boolean }
  /** Covers each line as far as its need is open, in the order given. A line that was answered before is passed over. */
  | { type: 'reserve'; lines: AskedLine[] }
  /** Help has arrived on a line. `fact.id` names what says so; a repeat changes nothing. */
  | { type: 'record-delivery'; lineId: string; fact: Fact }
  /** Gives a part of a line's reservation back. `fact.id` names what says so; a repeat changes nothing. */
  | { type: 'release'; lineId: string; fact: Fact };

export type BoardRefusal = { refused: 'no-such-line' };

const nothing = (reason: ShortfallReason): Answer => ({ covered: 0, reason });

function reservationOf(board: KnownBoard, lineId: string): Reservation | undefined {
  return board.needs.flatMap((row) => row.reservations).find((reservation) => reservation.lineId === lineId);
}

/** What the board answered to a line, for ever the same; undefined where it was not asked. */
function answered(board: KnownBoard, lineId: string): Answer | undefined {
  const reservation = reservationOf(board, lineId);
  if (reservation !== undefined) return { covered: reservation.covered, reason: reservation.reason };
  const turnedAway = board.turnedAway.find((line) => line.lineId === lineId);
  return turnedAway === undefined ? undefined : nothing(turnedAway.reason);
}

function isFull(board: KnownBoard): boolean {
  return board.needs.reduce((count, row) => count + row.reservations.length, 0) >= RESERVATIONS_LIMIT;
}

function answer(board: KnownBoard, line: AskedLine): Answer {
  if (board.status === 'delisted') return nothing('msme-not-listed');
  const row = board.needs.find(({ need }) => need.needId === line.needId);
  if (row === undefined || row.declared === 0) return nothing('no-such-need');
  if (row.need.package !== line.package) return nothing('other-package');
  if (isFull(board)) return nothing('board-full');
  const covered = Math.min(openOf(row), line.amount);
  return { covered, reason: covered < line.amount ? 'already-covered' : null };
}

function reserve(board: Board, lines: AskedLine[]): BoardEvent[] {
  const events: BoardEvent[] = [];
  let now = board;
  for (const line of lines) {
    if (now.status === 'unknown' || answered(now, line.lineId) !== undefined) continue;
    const { lineId, needId } = line;
    const { covered, reason } = answer(now, line);
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
 * What the board makes of a command: events in order, none where it was done before, or a refusal. Where what is
 * declared, promised or delivered changes, the last event says what it now is. What is promised of a need never comes to
 * exceed what is declared by a reservation; only the MSME can lower what it declares below it.
 */
export function decide(board: Board, command: BoardCommand): BoardEvent[] | BoardRefusal {
  const events = changes(board, command);
  if ('refused' in events) return events;
  const after = events.reduce(evolve, board);
  if (after.status === 'unknown') return events;
  const coverage = coverageOf(after);
  return sameCoverage(board, coverage.needs) ? events : [...events, { type: 'need-coverage-changed', data: coverage }];
}

/** What a line got from the board after it was asked. An MSME that the board does not know counts as not listed. */
export function answerTo(board: Board, lineId: string): Answer {
  const unknown = nothing('msme-not-listed');
  return board.status === 'unknown' ? unknown : (answered(board, lineId) ?? unknown);
}

/** The need of a board by its id. */
export function needOf(board: KnownBoard, needId: string): BoardNeed | undefined {
  return board.needs.find(({ need }) => need.needId === needId);
}
