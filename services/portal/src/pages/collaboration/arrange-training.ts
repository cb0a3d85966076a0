import {
  scheduleTrainingRequest,
  type ScheduleTrainingRequest,
  trainingTopic,
  type TrainingView,
} from '@ksbb/contracts';
import type { Texts } from '../../i18n/id.ts';
import { type Reply, statusOfFailure, unwrap } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import type { Page, PageRequest, PageResponse } from '../../web/page.ts';
import { fromJakarta, readAmount } from '../../web/typed-input.ts';
import { problemText } from '../error-page.ts';
import { readAccess } from './load.ts';
import { acceptForm, rejectForm, showCollaboration, withCollaboration } from './route.ts';
import { attendedField } from './trainings-section.ts';

type Words = Texts['collaboration']['formErrors'];
type Errors = Map<string, string>;

/** Reads the form of a schedule; its date and times are in Jakarta time. */
export function readSchedule(
  form: URLSearchParams,
  words: Words,
): { ok: true; request: ScheduleTrainingRequest } | { ok: false; errors: Errors } {
  const errors: Errors = new Map();
  const date = form.get('date') ?? '';
  const startsAt = fromJakarta(date, form.get('starts') ?? '');
  const endsAt = fromJakarta(date, form.get('ends') ?? '');
  if (fromJakarta(date, '00:00') === undefined) errors.set('date', words.date);
  else {
    if (startsAt === undefined) errors.set('starts', words.time);
    if (endsAt === undefined) errors.set('ends', words.time);
  }
  const request = scheduleTrainingRequest.safeParse({
    startsAt,
    endsAt,
    place: form.get('place') ?? '',
    trainer: form.get('trainer') ?? '',
  });
  for (const { path } of request.error?.issues ?? []) {
    if (path[0] === 'place') errors.set('place', words.place);
    if (path[0] === 'trainer') errors.set('trainer', words.trainer);
  }
  if (startsAt !== undefined && endsAt !== undefined && startsAt >= endsAt)
    errors.set('ends', words['end-before-start']);
  return request.success && errors.size === 0 ? { ok: true, request: request.data } : { ok: false, errors };
}

/** Reads how many people of each MSME came. An MSME whose field is empty is left out. */
export function readAttendance(
  form: URLSearchParams,
  { participants }: TrainingView,
  words: Words,
  count: (value: number) => string,
) {
  const errors: Errors = new Map();
  const attended: { msmeId: string; attended: number }[] = [];
  for (const { msmeId, seats } of participants) {
    const value = readAmount(form.get(attendedField(msmeId)) ?? '');
    if (value === undefined) continue;
    if (value === null || value > seats) errors.set(attendedField(msmeId), words.attended(count(seats)));
    else attended.push({ msmeId, attended: value });
  }
  if (errors.size === 0 && attended.length === 0) errors.set('', words.nothing);
  return { errors, attended };
}

type Step = {
  name: 'schedule' | 'attendance' | 'holding' | 'report';
  done: 'scheduled' | 'attendance' | 'held' | 'reported';
  /** Does the step, or returns the errors of the form. */
  take: (parts: {
    services: Services;
    pageRequest: PageRequest;
    collaborationId: string;
    trainingId: string;
    token: string;
  }) => Promise<Reply<unknown> | Errors>;
};

const steps: readonly Step[] = [
  {
    name: 'schedule',
    done: 'scheduled',
    take: async ({ services, pageRequest, trainingId, token }) => {
      const checked = readSchedule(pageRequest.form, pageRequest.texts.collaboration.formErrors);
      return checked.ok ? services.training.schedule(trainingId, checked.request, token) : checked.errors;
    },
  },
  {
    name: 'attendance',
    done: 'attendance',
    take: async ({ services, pageRequest, collaborationId, trainingId, token }) => {
      const trainings = unwrap(await services.training.trainings(collaborationId)).items;
      const training = trainings.find((candidate) => candidate.trainingId === trainingId);
      const words = pageRequest.texts.collaboration.formErrors;
      if (training === undefined) return new Map([['', words.rejected]]);
      const { errors, attended } = readAttendance(pageRequest.form, training, words, pageRequest.format.count);
      if (errors.size > 0) return errors;
      let reply: Reply<unknown> = { kind: 'answer', value: undefined };
      for (const one of attended) {
        reply = await services.training.recordAttendance(trainingId, one, token);
        if (reply.kind !== 'answer') return reply;
      }
      return reply;
    },
  },
  {
    name: 'holding',
    done: 'held',
    take: ({ services, trainingId, token }) => services.training.hold(trainingId, token),
  },
  {
    name: 'report',
    done: 'reported',
    take: async ({ services, pageRequest, trainingId, token }) => {
      const summary = (pageRequest.form.get('summary') ?? '').trim();
      if (summary.length < 10 || summary.length > 2000)
        return new Map([['summary', pageRequest.texts.collaboration.formErrors.summary]]);
      return services.training.report(trainingId, summary, token);
    },
  },
];

/** If the token has expired, the page shows the form for the PIN, with the reason. */
async function takeStep(
  services: Services,
  pageRequest: PageRequest,
  step: Step,
  id: string,
  topic: string,
): Promise<PageResponse> {
  const { texts } = pageRequest;
  const reject = (form: string, status: number, wrong: { errors?: Errors; problem?: string }) =>
    rejectForm(services, pageRequest, id, { form, status, ...wrong });
  const token = readAccess(pageRequest);
  if (token === undefined) return reject('open', 403, { problem: texts.problem.unauthorized });
  const outcome = await step.take({ services, pageRequest, collaborationId: id, trainingId: `${id}.${topic}`, token });
  if (outcome instanceof Map) return reject(topic, 422, { errors: outcome });
  if (outcome.kind === 'answer') return acceptForm(pageRequest, id, step.done);
  const status = statusOfFailure(outcome);
  return reject(status === 401 ? 'open' : topic, status, { problem: problemText(texts, outcome) });
}

/** The forms with which the donor arranges a training: schedule, attendance, holding and report. */
export function arrangeTrainingPages(services: Services): Page[] {
  return steps.map((step) => ({
    method: 'post',
    path: `/collaborations/:id/trainings/:topic/${step.name}`,
    handle: (pageRequest) =>
      withCollaboration(pageRequest, async (id) => {
        const topic = trainingTopic.safeParse(pageRequest.params['topic']);
        return topic.success
          ? takeStep(services, pageRequest, step, id, topic.data)
          : showCollaboration(services, pageRequest, id, null, 404);
      }),
  }));
}
