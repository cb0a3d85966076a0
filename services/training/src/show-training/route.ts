import { trainingId, trainingView } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { problemOf } from '../access/refusal-problem.ts';
import type { Trainings } from '../stores/trainings.ts';
import { viewOf } from '../training/view.ts';

export function showTraining({ trainings }: { trainings: Trainings }): Route {
  return defineRoute({
    method: 'get',
    path: '/trainings/:trainingId',
    operationId: 'showTraining',
    summary: 'One training, for anyone with its ID.',
    params: z.object({ trainingId }),
    answers: { 200: { description: 'The training.', schema: trainingView } },
    handle: async ({ params }) => {
      const found = await trainings.load(params.trainingId);
      const view = found === null ? null : viewOf(found.state);
      if (view === null) throw problemOf({ refused: 'no-such-training' });
      return { status: 200, body: view };
    },
  });
}
