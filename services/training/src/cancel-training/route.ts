import { cancelTrainingRequest } from '@ksbb/contracts';
import type { Route } from '@ksbb/service-kit';
import { type CommandDeps, commandRoute } from '../access/command-route.ts';

/** Calls a training off; what it had promised is open for others again. */
export function cancelTraining(deps: CommandDeps): Route {
  return commandRoute(
    {
      method: 'post',
      path: '/trainings/:trainingId/cancellation',
      operationId: 'cancelTraining',
      summary: 'Cancel a training that was not held.',
      body: cancelTrainingRequest,
      commandOf: ({ reason }) => ({ is: 'cancel-training', reason }),
    },
    deps,
  );
}
