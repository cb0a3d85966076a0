import type { EventOf, msmeDelisted } from '@ksbb/contracts';
import type { Reservation } from '../needs-board/board.ts';
import { outstanding } from '../needs-board/coverage.ts';
import type { Reservations } from '../reserving/reserve-and-confirm.ts';
import { applyToCommitment } from './apply.ts';

/** A line id is its collaboration ID, a dot and a number. */
const collaborationOf = ({ lineId }: Reservation) => lineId.slice(0, lineId.lastIndexOf('.'));

/**
 * Releases what is still awaited on the lines of the MSME, commitment by commitment. Lines that were reserved after it was
 * listed again are left alone, so that it makes no difference how late the event comes.
 */
export async function releaseLinesWhenMsmeIsDelisted(
  { data, version }: EventOf<typeof msmeDelisted>,
  reservations: Reservations,
): Promise<void> {
  const board = (await reservations.boards.load(data.msmeId))?.state;
  if (board === undefined || board.status === 'unknown') return;
  const awaited = board.needs
    .flatMap((row) => row.reservations)
    .filter((line) => line.msmeVersion < version && outstanding(line) > 0);
  for (const [collaborationId, lines] of Map.groupBy(awaited, collaborationOf)) {
    const lineIds = lines.map(({ lineId }) => lineId);
    await applyToCommitment(reservations, collaborationId, { type: 'release', lineIds, reason: 'msme-delisted' });
  }
}
