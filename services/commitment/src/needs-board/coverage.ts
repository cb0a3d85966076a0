import type { Board as BoardView, NeedCoverage } from '@ksbb/contracts';
import type { BoardNeed, Fact, KnownBoard, Reservation } from './board.ts';

function sum(facts: readonly Fact[]): number {
  return facts.reduce((total, { amount }) => total + amount, 0);
}

function delivered(reservation: Reservation): number {
  return sum(reservation.deliveries);
}

/**
 * What a reservation holds: what was covered less what was released. What has arrived counts in any case, also where it
 * was released before, such as a loan paid out after its MSME had left the map.
 */
function held(reservation: Reservation): number {
  return Math.max(reservation.covered - sum(reservation.releases), delivered(reservation));
}

/** What a line still has reserved and has not brought, in the unit of the need. */
export function outstanding(reservation: Reservation): number {
  return held(reservation) - delivered(reservation);
}

function promised(row: BoardNeed): number {
  return row.reservations.reduce((total, reservation) => total + held(reservation), 0);
}

/** What others may still promise of a need, in its unit; 0 where the MSME now declares less than is promised. */
export function openOf(row: BoardNeed): number {
  return Math.max(0, row.declared - promised(row));
}

/** One need as everyone may see it. */
function needCoverageOf(row: BoardNeed): NeedCoverage {
  return {
    needId: row.need.needId,
    package: row.need.package,
    declared: row.declared,
    promised: promised(row),
    delivered: row.reservations.reduce((total, reservation) => total + delivered(reservation), 0),
    open: openOf(row),
  };
}

/** The board as everyone may see it. */
export function coverageOf(board: KnownBoard): BoardView {
  return { msmeId: board.msmeId, needs: board.needs.map(needCoverageOf) };
}
