import {
  cancelTrainingRequest,
  type capabilityClaims,
  recordAttendanceRequest,
  reportTrainingRequest,
  scheduleTrainingRequest,
  trainingId,
  trainingList,
  trainingView,
  typedCollaborationId,
} from '@ksbb/contracts';
import { type Authenticator, defineRoute, Problem, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { problemOf, viewOf } from './answers.ts';
import { loadTrainingsOf, type Trainings } from './stores.ts';
import { decide, type TrainingCommand } from './training/decide.ts';
import { collaborationIdOf } from './training/training.ts';

type Capability = z.output<typeof capabilityClaims>;
type Deps = { trainings: Trainings; capability: Authenticator<Capability>; clock: () => Date };

/** The trainings of a collaboration. A collaboration that is not known here has none. */
function listTrainings({ trainings }: Deps): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/collaborations/:collaborationId/trainings',
    operationId: 'listTrainings',
    summary: 'The trainings of a collaboration, in the order of the topics. Empty where it has none.',
    params: z.object({ collaborationId: typedCollaborationId }),
    answers: { 200: { description: 'At most one training for each topic.', schema: trainingList } },
    handle: async ({ params: { collaborationId } }) => {
      const found = await loadTrainingsOf(trainings, collaborationId);
      return { status: 200, body: { items: found.map(({ state }) => viewOf(state)) } };
    },
  });
}

function showTraining({ trainings }: Deps): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/trainings/:trainingId',
    operationId: 'showTraining',
    summary: 'One training.',
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

/** @throws Problem 403 unless the capability is the donor's, for this collaboration */
function requireDonor({ sub, role }: Capability, collaborationId: string): void {
  if (sub !== collaborationId) throw new Problem(403, 'forbidden', 'This token is for another collaboration.');
  if (role !== 'donor') throw new Problem(403, 'forbidden', 'Only the donor of the collaboration may do this.');
}

type CommandRoute<Body extends z.ZodType> = {
  method: 'put' | 'post';
  path: string;
  operationId: string;
  summary: string;
  body?: Body;
  commandOf: (body: z.output<Body>) => TrainingCommand;
};

/**
 * A route by which the donor of a collaboration gives a command to one training. It answers the training afterwards.
 */
function commandRoute<Body extends z.ZodType = z.ZodUnknown>(
  { commandOf, ...route }: CommandRoute<Body>,
  { trainings, capability, clock }: Deps,
): Route {
  return defineRoute({
    ...route,
    auth: capability,
    params: z.object({ trainingId }),
    answers: {
      200: { description: 'The training as it is now. The same for a repeated command.', schema: trainingView },
    },
    handle: async ({ params, body, principal }) => {
      requireDonor(principal, collaborationIdOf(params.trainingId));
      const result = await trainings.decide(params.trainingId, (training) =>
        decide(training, commandOf(body), clock()),
      );
      if ('refused' in result) throw problemOf(result);
      return { status: 200, body: viewOf(result.state) };
    },
  });
}

const canonical = (time: string) => new Date(time).toISOString();

/** Everybody may read trainings. Only the donor of the collaboration may change them. */
export function trainingRoutes(deps: Deps): Route[] {
  const command = <Body extends z.ZodType = z.ZodUnknown>(route: CommandRoute<Body>) => commandRoute(route, deps);
  return [
    listTrainings(deps),
    showTraining(deps),
    command({
      method: 'put',
      path: '/trainings/:trainingId/schedule',
      operationId: 'scheduleTraining',
      summary: 'Schedule a training, or move it while it is not held. A session may start up to one minute ago.',
      body: scheduleTrainingRequest,
      commandOf: ({ startsAt, endsAt, place, trainer }) => ({
        type: 'schedule-training',
        session: { startsAt: canonical(startsAt), endsAt: canonical(endsAt), place, trainer },
      }),
    }),
    command({
      method: 'post',
      path: '/trainings/:trainingId/attendance',
      operationId: 'recordAttendance',
      summary: 'Record how many people of one MSME came, from the start of the session until the training is held.',
      body: recordAttendanceRequest,
      commandOf: ({ msmeId, attended }) => ({ type: 'record-attendance', msmeId, attended }),
    }),
    command({
      method: 'post',
      path: '/trainings/:trainingId/holding',
      operationId: 'holdTraining',
      summary:
        'Mark a training as held, once its start time has passed and the attendance of every participant is recorded.',
      commandOf: () => ({ type: 'hold-training' }),
    }),
    command({
      method: 'post',
      path: '/trainings/:trainingId/report',
      operationId: 'reportTraining',
      summary: 'Report on a training that was held.',
      body: reportTrainingRequest,
      commandOf: ({ summary }) => ({ type: 'report-training', summary }),
    }),
    command({
      method: 'post',
      path: '/trainings/:trainingId/cancellation',
      operationId: 'cancelTraining',
      summary: 'Cancel a training that was not held.',
      body: cancelTrainingRequest,
      commandOf: ({ reason }) => ({ type: 'cancel-training', reason }),
    }),
  ];
}
