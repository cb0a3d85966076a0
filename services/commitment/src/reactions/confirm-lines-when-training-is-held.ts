import type { EventOf, trainingHeld } from '@ksbb/contracts';
import type { Reservations } from '../reserving/reserve-and-confirm.ts';
import { applyToCommitment } from './apply.ts';

/** Seats that were taken have arrived on their lines; seats that stayed empty are open for others. */
export async function confirmLinesWhenTrainingIsHeld(
  { id, data }: EventOf<typeof trainingHeld>,
  reservations: Reservations,
): Promise<void> {
  const participants = data.participants.map(({ lineId, attended }) => ({ lineId, attended }));
  await applyToCommitment(reservations, data.collaborationId, {
    type: 'record-attendance',
    reportId: id,
    participants,
  });
}
