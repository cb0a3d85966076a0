import type { Route } from '@ksbb/service-kit';
import { type CommandDeps, commandRoute } from '../access/command-route.ts';

/** Marks a training as held; its attendance is final then. */
export function holdTraining(deps: CommandDeps): Route {
  return commandRoute(
    {
      method: 'post',
      path: '/trainings/:trainingId/holding',
      operationId: 'holdTraining',
      summary:
        'Mark a training as held, once its start time has passed and the attendance of every participant is recorded.',
      commandOf: () => ({ is: 'hold-training' }),
    },
    deps,
  );
}
