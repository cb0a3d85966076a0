import { scheduleTrainingRequest } from '@ksbb/contracts';
import type { Route } from '@ksbb/service-kit';
import { type CommandDeps, commandRoute } from '../access/command-route.ts';

const canonical = (time: string) => new Date(time).toISOString();

/** Gives a training a time and a place and invites its MSMEs, or moves it while it is not held. */
export function scheduleTraining(deps: CommandDeps): Route {
  return commandRoute(
    {
      method: 'put',
      path: '/trainings/:trainingId/schedule',
      operationId: 'scheduleTraining',
      summary: 'Schedule a training, or move it while it is not held. A session may start from one minute ago on.',
      body: scheduleTrainingRequest,
      commandOf: ({ startsAt, endsAt, place, trainer }) => ({
        is: 'schedule-training',
        session: { startsAt: canonical(startsAt), endsAt: canonical(endsAt), place, trainer },
      }),
    },
    deps,
  );
}
