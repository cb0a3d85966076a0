import { recordAttendanceRequest } from '@ksbb/contracts';
import type { Route } from '@ksbb/service-kit';
import { type CommandDeps, commandRoute } from '../access/command-route.ts';

/** Records how many of one MSME came. A later record replaces an earlier one until the training is held. */
export function recordAttendance(deps: CommandDeps): Route {
  return commandRoute(
    {
      method: 'post',
      path: '/trainings/:trainingId/attendance',
      operationId: 'recordAttendance',
      summary: 'Record how many of one MSME came, from the start of the session until the training is held.',
      body: recordAttendanceRequest,
      commandOf: ({ msmeId, attended }) => ({ is: 'record-attendance', msmeId, attended }),
    },
    deps,
  );
}
