import type { EventOf, lineReleased } from '@ksbb/contracts';
import type { Reservations } from '../reserving/reserve-and-confirm.ts';
import { applyToBoard } from './apply.ts';

/** What a line gives back is open for others on its board. */
export async function releaseReservationWhenLineIsReleased(
  { id, data }: EventOf<typeof lineReleased>,
  reservations: Reservations,
): Promise<void> {
  const { msmeId, lineId, releasedAmount } = data;
  await applyToBoard(reservations, msmeId, { type: 'release', lineId, fact: { id, amount: releasedAmount } });
}
