import {
  scheduleTrainingRequest,
  type ScheduleTrainingRequest,
  trainingTopic,
  type TrainingView,
} from '@ksbb/contracts';
import type { Texts } from '../../i18n/texts.ts';
import type { Reply } from '../../services/call.ts';
import { needed, Refused, ServiceAway } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import { readAmount } from '../../web/amount.ts';
import { type Page, type PageAnswer, seeOther, type Visit } from '../../web/page.ts';
import { problemText } from '../problem-text.ts';
import { readAccess } from './access-cookie.ts';
import { fromJakarta } from './jakarta-time.ts';
import { showCollaboration, withCollaboration } from './route.ts';
import { attendedField } from './training-forms.ts';

type Words = Texts['collaboration']['formErrors'];
type Errors = Map<string, string>;

/** Reads the form of a schedule; date and times are Jakarta's. */
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

/** Reads how many of each participant came; who has nothing filled in is left as is. */
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
  /** Does the step, or says what is wrong with the form. */
  take: (parts: {
    services: Services;
    visit: Visit;
    collaborationId: string;
    trainingId: string;
    token: string;
  }) => Promise<Reply<unknown> | Errors>;
};

const steps: readonly Step[] = [
  {
    name: 'schedule',
    done: 'scheduled',
    take: async ({ services, visit, trainingId, token }) => {
      const checked = readSchedule(visit.form, visit.texts.collaboration.formErrors);
      return checked.ok ? services.training.schedule(trainingId, checked.request, token) : checked.errors;
    },
  },
  {
    name: 'attendance',
    done: 'attendance',
    take: async ({ services, visit, collaborationId, trainingId, token }) => {
      const trainings = needed(await services.training.trainings(collaborationId)).items;
      const training = trainings.find((candidate) => candidate.trainingId === trainingId);
      const words = visit.texts.collaboration.formErrors;
      if (training === undefined) return new Map([['', words.rejected]]);
      const { errors, attended } = readAttendance(visit.form, training, words, visit.format.count);
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
    take: async ({ services, visit, trainingId, token }) => {
      const summary = (visit.form.get('summary') ?? '').trim();
      if (summary.length < 10 || summary.length > 2000)
        return new Map([['summary', visit.texts.collaboration.formErrors.summary]]);
      return services.training.report(trainingId, summary, token);
    },
  },
];

/** An expired hour closes the page's forms; the PIN box then says what to do. */
async function takeStep(services: Services, visit: Visit, step: Step, id: string, topic: string): Promise<PageAnswer> {
  const { texts, form } = visit;
  const again = (scope: string, status: number, errors: Errors, problem?: string) =>
    showCollaboration(
      services,
      visit,
      id,
      { form: scope, draft: form, errors, ...(problem === undefined ? {} : { problem }) },
      status,
    );
  const token = readAccess(visit);
  if (token === undefined) return again('open', 403, new Map(), texts.problem.unauthorized);
  const outcome = await step.take({ services, visit, collaborationId: id, trainingId: `${id}.${topic}`, token });
  if (outcome instanceof Map) return again(topic, 422, outcome);
  if (outcome.kind === 'answer')
    return seeOther(visit.to(`/collaborations/${id}`, new URLSearchParams({ done: step.done })));
  if (outcome.kind === 'away')
    return again(topic, 503, new Map(), problemText(texts, new ServiceAway(outcome.service)));
  return again(
    outcome.status === 401 ? 'open' : topic,
    outcome.status,
    new Map(),
    problemText(texts, new Refused(outcome)),
  );
}

/** The donor arranges a training: schedule, attendance, holding, report; with the token that the PIN gave. */
export function arrangeTrainingPages(services: Services): Page[] {
  return steps.map((step) => ({
    method: 'post',
    path: `/collaborations/:id/trainings/:topic/${step.name}`,
    handle: (visit) =>
      withCollaboration(visit, async (id) => {
        const topic = trainingTopic.safeParse(visit.params['topic']);
        return topic.success
          ? takeStep(services, visit, step, id, topic.data)
          : showCollaboration(services, visit, id, null, 404);
      }),
  }));
}
