import {
  type commitmentConfirmed,
  type ConfirmedLine,
  type EventOf,
  type lineReleased,
  skillOf,
  type TrainingTopic,
} from '@ksbb/contracts';
import { RetryLater } from '@ksbb/messaging';
import { loadTrainingsOf, type Trainings } from './stores.ts';
import { decide, type OfferTraining } from './training/decide.ts';
import { type Training, trainingIdOf } from './training/training.ts';

export type ReactionDeps = { trainings: Trainings; clock: () => Date };

type TrainingLine = Extract<ConfirmedLine, { package: 'training' }>;

/** One offer for each topic among the training lines of a commitment. */
export function offersOf(collaborationId: string, lines: readonly ConfirmedLine[]): OfferTraining[] {
  const byTopic = Map.groupBy(
    lines.filter((line): line is TrainingLine => line.package === 'training'),
    (line) => line.topic,
  );
  return [...byTopic].map(([topic, of]: [TrainingTopic, TrainingLine[]]) => ({
    type: 'offer-training',
    about: { trainingId: trainingIdOf(collaborationId, topic), collaborationId, topic, skill: skillOf[topic] },
    participants: of.map(({ lineId, msmeId, msmeName, seats }) => ({ lineId, msmeId, msmeName, seats })),
  }));
}

export async function offerTrainingsWhenCommitmentIsConfirmed(
  { data: { collaborationId, lines } }: EventOf<typeof commitmentConfirmed>,
  { trainings, clock }: ReactionDeps,
): Promise<void> {
  for (const offer of offersOf(collaborationId, lines)) {
    await trainings.decide(offer.about.trainingId, (training) => decide(training, offer, clock()));
  }
}

/** Whether the line gives seats in the training, or gave seats before it was released. */
export function hasLine(training: Training, lineId: string): boolean {
  if (training.status === 'none') return false;
  return (
    training.participants.some((participant) => participant.lineId === lineId) || training.leftLineIds.includes(lineId)
  );
}

/** The event does not name the topic, so the training is found among those of the collaboration. */
export async function takeLineOutWhenItIsReleased(
  { data: { collaborationId, lineId, package: packageOfLine } }: EventOf<typeof lineReleased>,
  { trainings, clock }: ReactionDeps,
): Promise<void> {
  if (packageOfLine !== 'training') return;
  const found = (await loadTrainingsOf(trainings, collaborationId)).find(({ state }) => hasLine(state, lineId));
  if (found === undefined) throw new RetryLater(`no training has the line ${lineId} yet`);
  await trainings.decide(found.id, (training) => decide(training, { type: 'take-line-out', lineId }, clock()));
}
