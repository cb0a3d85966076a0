import {
  type commitmentConfirmed,
  type ConfirmedLine,
  type EventOf,
  skillOf,
  type TrainingTopic,
} from '@ksbb/contracts';
import type { Trainings } from '../stores/trainings.ts';
import { decide, type OfferTraining } from '../training/decide.ts';
import { trainingIdOf } from '../training/ids.ts';

type TrainingLine = Extract<ConfirmedLine, { package: 'training' }>;

/** One offer for each topic among the training lines of a commitment. */
export function offersOf(collaborationId: string, lines: readonly ConfirmedLine[]): OfferTraining[] {
  const byTopic = Map.groupBy(
    lines.filter((line): line is TrainingLine => line.package === 'training'),
    (line) => line.topic,
  );
  return [...byTopic].map(([topic, of]: [TrainingTopic, TrainingLine[]]) => ({
    is: 'offer-training',
    about: { trainingId: trainingIdOf(collaborationId, topic), collaborationId, topic, skill: skillOf[topic] },
    participants: of.map(({ lineId, msmeId, msmeName, seats }) => ({ lineId, msmeId, msmeName, seats })),
  }));
}

export async function offerTrainingsWhenCommitmentIsConfirmed(
  { data: { collaborationId, lines } }: EventOf<typeof commitmentConfirmed>,
  { trainings, clock }: { trainings: Trainings; clock: () => Date },
): Promise<void> {
  for (const offer of offersOf(collaborationId, lines)) {
    await trainings.decide(offer.about.trainingId, (training) => decide(training, offer, clock()));
  }
}
