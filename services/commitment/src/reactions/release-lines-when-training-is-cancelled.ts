import type { EventOf, trainingCancelled } from '@ksbb/contracts';
import type { Reservations } from '../reserving/reserve-and-confirm.ts';
import { applyToCommitment } from './apply.ts';

/** The seats of a training that does not take place are open for others. */
export async function releaseLinesWhenTrainingIsCancelled(
  { data }: EventOf<typeof trainingCancelled>,
  reservations: Reservations,
): Promise<void> {
  const { collaborationId, lineIds } = data;
  await applyToCommitment(reservations, collaborationId, { type: 'release', lineIds, reason: 'training-cancelled' });
}
