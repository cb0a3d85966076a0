import { trainingTopic } from '@ksbb/contracts';

/** A collaboration has at most one training for each topic, so its trainings are found without a search. */
export function trainingIdOf(collaborationId: string, topic: string): string {
  return `${collaborationId}.${topic}`;
}

/** The ids that trainings of a collaboration may have. */
export function possibleTrainingIds(collaborationId: string): string[] {
  return trainingTopic.options.map((topic) => trainingIdOf(collaborationId, topic));
}

/** The collaboration that a training belongs to. */
export function collaborationIdOf(trainingId: string): string {
  return trainingId.slice(0, trainingId.indexOf('.'));
}
