import {
  attendanceRecorded,
  trainingCancelled,
  trainingHeld,
  trainingReported,
  trainingScheduled,
  trainingTopic,
} from '@ksbb/contracts';
import type { DocumentStore, StoreDefinition, Stored } from '@ksbb/document-store';
import { evolve, initialState, type Training, type TrainingEvent, trainingIdOf } from './training/training.ts';

export type Trainings = DocumentStore<Training, TrainingEvent>;

export const trainingStore: StoreDefinition<Training, TrainingEvent> = {
  collection: 'trainings',
  initial: initialState,
  evolve,
  publishes: [trainingScheduled, attendanceRecorded, trainingHeld, trainingReported, trainingCancelled],
};

/**
 * The trainings of a collaboration, in the order of the topics. A collaboration has at most one training for each
 * topic, so they are loaded by their ids.
 */
export async function loadTrainingsOf(trainings: Trainings, collaborationId: string): Promise<Stored<Training>[]> {
  const ids = trainingTopic.options.map((topic) => trainingIdOf(collaborationId, topic));
  const found = await Promise.all(ids.map((id) => trainings.load(id)));
  return found.filter((training) => training !== null);
}
