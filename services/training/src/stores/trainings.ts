import {
  attendanceRecorded,
  trainingCancelled,
  trainingHeld,
  trainingReported,
  trainingScheduled,
} from '@ksbb/contracts';
import type { DocumentStore, StoreDefinition, Stored } from '@ksbb/document-store';
import { possibleTrainingIds } from '../training/ids.ts';
import { evolve, type Training, type TrainingEvent } from '../training/training.ts';

export type Trainings = DocumentStore<Training, TrainingEvent>;

export const trainingStore: StoreDefinition<Training, TrainingEvent> = {
  collection: 'trainings',
  initial: { status: 'none' },
  evolve,
  publishes: [trainingScheduled, attendanceRecorded, trainingHeld, trainingReported, trainingCancelled],
};

/** The trainings of one collaboration, in the order of the topics, each by its id. */
export async function loadTrainingsOf(trainings: Trainings, collaborationId: string): Promise<Stored<Training>[]> {
  const found = await Promise.all(possibleTrainingIds(collaborationId).map((id) => trainings.load(id)));
  return found.filter((training) => training !== null);
}
