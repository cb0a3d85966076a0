import { conflict, notFound, type Problem, unprocessable } from '@ksbb/service-kit';
import type { TrainingRefusal } from '../training/decide.ts';

/** How a refusal of the core is said over HTTP. */
export function problemOf(refusal: TrainingRefusal): Problem {
  switch (refusal.refused) {
    case 'no-such-training':
      return notFound(
        'no-such-training',
        'There is no such training. A training exists once a commitment with seats on its topic is confirmed.',
      );
    case 'not-scheduled':
      return conflict('not-scheduled', 'This training has no time yet; schedule it first.');
    case 'not-held':
      return conflict('not-held', 'This training is not marked as held yet.');
    case 'already-held':
      return conflict('already-held', 'This training was held; its schedule and attendance are final.');
    case 'already-reported':
      return conflict('already-reported', 'This training has a report already.');
    case 'cancelled':
      return conflict('training-cancelled', 'This training is cancelled.', { reason: refusal.reason });
    case 'not-started':
      return conflict(
        'not-started',
        `This training starts at ${refusal.startsAt}; attendance and holding come after that.`,
        { startsAt: refusal.startsAt },
      );
    case 'start-in-the-past':
      return unprocessable('start-in-the-past', 'A session cannot start in the past.', [
        { pointer: '/startsAt', detail: `A time after now, which is ${refusal.now}.` },
      ]);
    case 'unknown-msme':
      return unprocessable('unknown-msme', 'This MSME has no seats in this training.', [
        { pointer: '/msmeId', detail: `One of: ${refusal.participants.join(', ')}.` },
      ]);
    case 'more-than-seats':
      return unprocessable('more-than-seats', 'More people came than there are seats for this MSME.', [
        { pointer: '/attended', detail: `From 0 to ${refusal.seats}.` },
      ]);
    case 'attendance-missing': {
      const names = refusal.missing.map(({ msmeName }) => msmeName).join(', ');
      return unprocessable(
        'attendance-missing',
        `Attendance is missing of: ${names}.`,
        refusal.missing.map(({ msmeId, msmeName }) => ({
          pointer: '',
          detail: `Record the attendance of ${msmeId} (${msmeName}) first; 0 where nobody came.`,
        })),
      );
    }
    default:
      return refusal satisfies never;
  }
}
