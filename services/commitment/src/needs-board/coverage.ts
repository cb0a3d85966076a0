import type { Board as BoardView, NeedCoverage } from '@ksbb/contracts';
import type { BoardNeed, Fact, KnownBoard, Reservation } from './board.ts';

function sum(facts: readonly Fact[]): number {
  return facts.reduce((total, { amount }) => total + amount, 0);
}

function delivered(reservation: Reservation): number {
  return sum(reservation.deliveries);
}

/**
 * The covered amount less the released amount. A delivered amount counts even where it was released before, such as a
 * loan that was disbursed after its MSME had left the map.
 */
function held(reservation: Reservation): number {
  return Math.max(reservation.covered - sum(reservation.releases), delivered(reservation));
}

/** What is reserved by a line and not delivered yet, in the unit of the need. */
export function outstanding(reservation: Reservation): number {
  return held(reservation) - delivered(reservation);
}

function promised(row: BoardNeed): number {
  return row.reservations.reduce((total, reservation) => total + held(reservation), 0);
}

/** What can still be promised of a need, in its unit. It is 0 where the MSME now declares less than is promised. */
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
