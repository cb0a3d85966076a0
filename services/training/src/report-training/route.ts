import { reportTrainingRequest } from '@ksbb/contracts';
import type { Route } from '@ksbb/service-kit';
import { type CommandDeps, commandRoute } from '../access/command-route.ts';

/** Takes the activity report of a training that was held. */
export function reportTraining(deps: CommandDeps): Route {
  return commandRoute(
    {
      method: 'post',
      path: '/trainings/:trainingId/report',
      operationId: 'reportTraining',
      summary: 'Report the activity of a training that was held.',
      body: reportTrainingRequest,
      commandOf: ({ summary }) => ({ is: 'report-training', summary }),
    },
    deps,
  );
}
