import { typedCollaborationId, trainingList } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { loadTrainingsOf, type Trainings } from '../stores/trainings.ts';
import { viewOf } from '../training/view.ts';

/** The trainings of a collaboration, in the order of the topics. Empty where it has none: what else exists is not known here. */
export function listTrainings({ trainings }: { trainings: Trainings }): Route {
  return defineRoute({
    method: 'get',
    path: '/collaborations/:collaborationId/trainings',
    operationId: 'listTrainings',
    summary: 'The trainings of a collaboration; empty where it has none.',
    params: z.object({ collaborationId: typedCollaborationId }),
    answers: { 200: { description: 'At most one training for each topic.', schema: trainingList } },
    handle: async ({ params }) => {
      const found = await loadTrainingsOf(trainings, params.collaborationId);
      return { status: 200, body: { items: found.map(({ state }) => viewOf(state)) } };
    },
  });
}
