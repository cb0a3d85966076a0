import {
  type Area,
  helpAmount,
  type LineOutcome,
  type Msme,
  type Need,
  type needCoverageChanged,
  type NewEvent,
} from '@ksbb/contracts';

/** The most reservations on a board, delivered ones included, so that one document stays below a megabyte. */
export const RESERVATIONS_LIMIT = 1_000;

/**
 * How many of the last lines that got nothing a board remembers, so that a repeat gets nothing again. A repeat comes
 * within seconds, from a request that was sent twice or resumed after a crash.
 */
export const TURNED_AWAY_KEPT = 200;

export type ShortfallReason = NonNullable<LineOutcome['shortfallReason']>;

/** A delivery or a release of a reservation, identified by its report or event. In the unit of the need. */
export type Fact = { id: string; amount: number };

/** `msmeVersion` is the version of the MSME when the line was reserved. Amounts are in the unit of the need. */
export type Reservation = {
  lineId: string;
  covered: number;
  reason: ShortfallReason | null;
  msmeVersion: number;
  deliveries: Fact[];
  releases: Fact[];
};

/** A need with every reservation of it. `declared` is 0 where the MSME no longer declares the need. */
export type BoardNeed = { need: Need; declared: number; reservations: Reservation[] };

/** What the board keeps of an MSME. */
export type BoardMsme = Pick<Msme, 'msmeId' | 'name' | 'area' | 'needs'>;

export type KnownBoard = {
  status: 'listed' | 'delisted';
  msmeId: string;
  name: string;
  area: Area;
  msmeVersion: number;
  needs: BoardNeed[];
  turnedAway: { lineId: string; reason: ShortfallReason }[];
};

/** `unknown` until the first event about the MSME. */
export type Board = { status: 'unknown' } | KnownBoard;

export type BoardEvent =
  | { type: 'needs-declared'; data: { msme: BoardMsme; version: number; listed: boolean } }
  | { type: 'line-reserved'; data: { lineId: string; needId: string; covered: number; reason: ShortfallReason | null } }
  | { type: 'line-turned-away'; data: { lineId: string; reason: ShortfallReason } }
  | { type: 'delivery-recorded'; data: { lineId: string; fact: Fact } }
  | { type: 'reservation-released'; data: { lineId: string; fact: Fact } }
  | NewEvent<typeof needCoverageChanged>;

export const initialState: Board = { status: 'unknown' };

function known(board: Board, event: BoardEvent): KnownBoard {
  if (board.status === 'unknown') throw new Error(`an unknown board cannot have ${event.type}`);
  return board;
}

/** The declared needs with their reservations, and after them the needs that are gone and have reservations. */
function declared(before: BoardNeed[], needs: Need[]): BoardNeed[] {
  const isDeclared = (row: BoardNeed) => needs.some((need) => need.needId === row.need.needId);
  const rows = needs.map((need) => {
    const reservations = before.find((row) => row.need.needId === need.needId)?.reservations ?? [];
    return { need, declared: helpAmount(need), reservations };
  });
  const gone = before
    .filter((row) => !isDeclared(row) && row.reservations.length > 0)
    .map((row) => ({ ...row, declared: 0 }));
  return [...rows, ...gone];
}

function withReservation(
  board: KnownBoard,
  lineId: string,
  change: (reservation: Reservation) => Reservation,
): KnownBoard {
  const needs = board.needs.map((row) => {
    if (!row.reservations.some((reservation) => reservation.lineId === lineId)) return row;
    return {
      ...row,
      reservations: row.reservations.map((reservation) =>
        reservation.lineId === lineId ? change(reservation) : reservation,
      ),
    };
  });
  return { ...board, needs };
}

/** The board after `event`. @throws Error where the event cannot follow the board, which means damaged data */
export function evolve(board: Board, event: BoardEvent): Board {
  switch (event.type) {
    case 'needs-declared': {
      const { msme, version, listed } = event.data;
      const before = board.status === 'unknown' ? { needs: [], turnedAway: [] } : board;
      return {
        status: listed ? 'listed' : 'delisted',
        msmeId: msme.msmeId,
        name: msme.name,
        area: msme.area,
        msmeVersion: version,
        needs: declared(before.needs, msme.needs),
        turnedAway: before.turnedAway,
      };
    }
    case 'line-reserved': {
      const before = known(board, event);
      const { needId, ...reserved } = event.data;
      const reservation = { ...reserved, msmeVersion: before.msmeVersion, deliveries: [], releases: [] };
      const needs = before.needs.map((row) => {
        return row.need.needId === needId ? { ...row, reservations: [...row.reservations, reservation] } : row;
      });
      return { ...before, needs };
    }
    case 'line-turned-away': {
      const before = known(board, event);
      return { ...before, turnedAway: [...before.turnedAway, event.data].slice(-TURNED_AWAY_KEPT) };
    }
    case 'delivery-recorded': {
      const { lineId, fact } = event.data;
      return withReservation(known(board, event), lineId, (line) => ({
        ...line,
        deliveries: [...line.deliveries, fact],
      }));
    }
    case 'reservation-released': {
      const { lineId, fact } = event.data;
      return withReservation(known(board, event), lineId, (line) => ({ ...line, releases: [...line.releases, fact] }));
    }
    case 'need-coverage-changed':
      return board;
    default:
      return event satisfies never;
  }
}
