import type { EventOf, lineReleased } from '@ksbb/contracts';
import { RetryLater } from '@ksbb/messaging';
import { loadTrainingsOf, type Trainings } from '../stores/trainings.ts';
import { decide } from '../training/decide.ts';
import type { Training } from '../training/training.ts';

/** Whether the line gave seats to the training, now or before. */
export function hasLine(training: Training, lineId: string): boolean {
  if (training.status === 'none') return false;
  return (
    training.participants.some((participant) => participant.lineId === lineId) || training.leftLineIds.includes(lineId)
  );
}

/** The event does not say the topic, so the training is looked for among those of the collaboration. */
export async function takeLineOutWhenItIsReleased(
  { data: { collaborationId, lineId, package: packageOfLine } }: EventOf<typeof lineReleased>,
  { trainings, clock }: { trainings: Trainings; clock: () => Date },
): Promise<void> {
  if (packageOfLine !== 'training') return;
  const found = (await loadTrainingsOf(trainings, collaborationId)).find(({ state }) => hasLine(state, lineId));
  if (found === undefined) throw new RetryLater(`no training has the line ${lineId} yet`);
  await trainings.decide(found.id, (training) => decide(training, { is: 'take-line-out', lineId }, clock()));
}
