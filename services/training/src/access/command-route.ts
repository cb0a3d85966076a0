import { trainingId, trainingView } from '@ksbb/contracts';
import { bearerToken, defineRoute, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { Trainings } from '../stores/trainings.ts';
import { decide, type TrainingCommand } from '../training/decide.ts';
import { collaborationIdOf } from '../training/ids.ts';
import { viewOf } from '../training/view.ts';
import type { AdmitDonor } from './capability.ts';
import { problemOf } from './refusal-problem.ts';

export type CommandDeps = { trainings: Trainings; admitDonor: AdmitDonor; clock: () => Date };

type CommandRoute<Body extends z.ZodType> = {
  method: 'put' | 'post';
  path: string;
  operationId: string;
  summary: string;
  body?: Body;
  commandOf: (body: z.output<Body>) => TrainingCommand;
};

/** A route by which the donor of a collaboration moves one training on. Answers the training as it is then. */
export function commandRoute<Body extends z.ZodType = z.ZodUnknown>(
  route: CommandRoute<Body>,
  { trainings, admitDonor, clock }: CommandDeps,
): Route {
  const { commandOf, ...rest } = route;
  return defineRoute({
    ...rest,
    params: z.object({ trainingId }),
    bearer: true,
    answers: { 200: { description: 'The training as it is now; the same for a repeat.', schema: trainingView } },
    handle: async ({ params, body, request }) => {
      await admitDonor(bearerToken(request), collaborationIdOf(params.trainingId));
      const result = await trainings.decide(params.trainingId, (training) =>
        decide(training, commandOf(body), clock()),
      );
      if ('refused' in result) throw problemOf(result);
      return { status: 200, body: viewOf(result.state) };
    },
  });
}
