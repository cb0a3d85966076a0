import { type ScheduleTrainingRequest, trainingList, trainingView } from '@ksbb/contracts';
import type { Call } from './call.ts';

export type TrainingClient = ReturnType<typeof createTrainingClient>;

/** What the portal asks of the training service; `bearer` is the donor's capability token. */
export function createTrainingClient(call: Call) {
  const change = (method: 'put' | 'post', trainingId: string, what: string, body: unknown, bearer: string) =>
    call({ method, path: `/trainings/${trainingId}/${what}`, body, bearer, answer: trainingView });
  return {
    trainings: (collaborationId: string) =>
      call({ path: `/collaborations/${collaborationId}/trainings`, answer: trainingList }),
    schedule: (id: string, body: ScheduleTrainingRequest, bearer: string) =>
      change('put', id, 'schedule', body, bearer),
    recordAttendance: (id: string, body: { msmeId: string; attended: number }, bearer: string) =>
      change('post', id, 'attendance', body, bearer),
    hold: (id: string, bearer: string) => change('post', id, 'holding', {}, bearer),
    report: (id: string, summary: string, bearer: string) => change('post', id, 'report', { summary }, bearer),
  };
}
