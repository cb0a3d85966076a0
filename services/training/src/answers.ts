import type { TrainingView } from '@ksbb/contracts';
import { problemsOf } from '@ksbb/service-kit';
import type { TrainingRefusal } from './training/decide.ts';
import { aboutOf, type Training } from './training/training.ts';

/** A training as everybody may see it. Null where there is none. */
export function viewOf(training: Training): TrainingView | null {
  if (training.status === 'none') return null;
  return {
    ...aboutOf(training),
    status: training.status,
    session: training.status === 'offered' ? null : training.session,
    participants: training.participants,
    summary: training.status === 'reported' ? training.summary : null,
    cancelReason: training.status === 'cancelled' ? training.reason : null,
  };
}

export const problemOf = problemsOf<TrainingRefusal>({
  'no-such-training': {
    status: 404,
    detail: 'There is no such training. A training exists once a commitment with seats on its topic is confirmed.',
  },
  'not-scheduled': { status: 409, detail: 'This training has no time yet. Schedule it first.' },
  'not-held': { status: 409, detail: 'This training is not marked as held yet.' },
  'already-held': { status: 409, detail: 'This training was held. Its schedule and its attendance are final.' },
  'already-reported': { status: 409, detail: 'This training already has a report.' },
  cancelled: {
    status: 409,
    slug: 'training-cancelled',
    detail: 'This training is cancelled.',
    extensions: ({ reason }) => ({ reason }),
  },
  'not-started': {
    status: 409,
    detail: ({ startsAt }) =>
      `This training starts at ${startsAt}. Attendance can be recorded, and the training held, after its start.`,
    extensions: ({ startsAt }) => ({ startsAt }),
  },
  'start-in-the-past': {
    status: 422,
    detail: 'A session cannot start in the past.',
    errors: ({ now }) => [{ pointer: '/startsAt', detail: `A time after now, which is ${now}.` }],
  },
  'unknown-msme': {
    status: 422,
    detail: 'This MSME has no seats in this training.',
    errors: ({ participants }) => [{ pointer: '/msmeId', detail: `One of: ${participants.join(', ')}.` }],
  },
  'more-than-seats': {
    status: 422,
    detail: 'More people came than there are seats for this MSME.',
    errors: ({ seats }) => [{ pointer: '/attended', detail: `From 0 to ${seats}.` }],
  },
  'attendance-missing': {
    status: 422,
    detail: ({ missing }) => `Attendance is missing of: ${missing.map(({ msmeName }) => msmeName).join(', ')}.`,
    errors: ({ missing }) =>
      missing.map(({ msmeId, msmeName }) => ({
        pointer: '',
        detail: `Record the attendance of ${msmeId} (${msmeName}) first. Record 0 where nobody came.`,
      })),
  },
});
