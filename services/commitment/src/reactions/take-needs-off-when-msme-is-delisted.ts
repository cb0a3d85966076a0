import type { EventOf, msmeDelisted } from '@ksbb/contracts';
import type { Reservations } from '../reserving/reserve-and-confirm.ts';
import { applyToBoard } from './apply.ts';

/** Nobody can reserve on the board any more, unless the MSME was listed again since. */
export async function takeNeedsOffWhenMsmeIsDelisted(
  { data, version }: EventOf<typeof msmeDelisted>,
  reservations: Reservations,
): Promise<void> {
  const { msmeId, name, area, needs } = data;
  await applyToBoard(reservations, msmeId, {
    type: 'declare',
    msme: { msmeId, name, area, needs },
    version,
    listed: false,
  });
}
