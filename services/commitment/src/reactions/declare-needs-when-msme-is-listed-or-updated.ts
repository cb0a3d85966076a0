import type { EventOf, msmeListed, msmeUpdated } from '@ksbb/contracts';
import type { Reservations } from '../reserving/reserve-and-confirm.ts';
import { applyToBoard } from './apply.ts';

/** Puts what the MSME declares on its board; what is reserved stays. The newest state of the MSME wins. */
export async function declareNeedsWhenMsmeIsListedOrUpdated(
  { data, version }: EventOf<typeof msmeListed> | EventOf<typeof msmeUpdated>,
  reservations: Reservations,
): Promise<void> {
  const { msmeId, name, area, needs } = data;
  await applyToBoard(reservations, msmeId, {
    type: 'declare',
    msme: { msmeId, name, area, needs },
    version,
    listed: true,
  });
}
