import { z } from 'zod';
import {
  collaborationId,
  lineId,
  msmeId,
  quantity,
  quantityOrZero,
  skill,
  timestamp,
  trainingTopic,
} from '../primitives.ts';

/** One training for each topic of a collaboration: `<collaborationId>.<topic>`. */
export const trainingId = z
  .string()
  .regex(
    /^KSBB-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\.[a-z-]+$/,
    'a training id: a collaboration ID, a dot and the topic',
  );

export const aboutTraining = { trainingId, collaborationId, topic: trainingTopic, skill };

export const exampleTraining = {
  trainingId: 'KSBB-0000-0000-0011.bookkeeping',
  collaborationId: 'KSBB-0000-0000-0011',
  topic: 'bookkeeping',
  skill: 'hard',
} as const;

/** Body of `PUT /trainings/:trainingId/schedule`, by the donor with a capability token. */
export const scheduleTrainingRequest = z
  .strictObject({
    startsAt: timestamp,
    endsAt: timestamp,
    place: z.string().trim().min(3, 'at least 3 characters').max(200, 'at most 200 characters'),
    trainer: z.string().trim().min(2, 'at least 2 characters').max(120, 'at most 120 characters'),
  })
  // Not `<`: where one of them is no time at all, that is said already.
  .refine((session) => !(Date.parse(session.startsAt) >= Date.parse(session.endsAt)), {
    path: ['endsAt'],
    error: 'later than startsAt',
  });
export type ScheduleTrainingRequest = z.output<typeof scheduleTrainingRequest>;

/** Body of `POST /trainings/:trainingId/attendance`: how many of the invited seats of one MSME came. Later ones replace earlier ones. */
export const recordAttendanceRequest = z.strictObject({ msmeId, attended: quantityOrZero });

/** Body of `POST /trainings/:trainingId/report`. */
export const reportTrainingRequest = z.strictObject({
  summary: z.string().trim().min(10, 'at least 10 characters').max(2000, 'at most 2000 characters'),
});

/** Body of `POST /trainings/:trainingId/cancellation`. */
export const cancelTrainingRequest = z.strictObject({
  reason: z.string().trim().min(3, 'at least 3 characters').max(300, 'at most 300 characters'),
});

export const trainingView = z.object({
  ...aboutTraining,
  status: z.enum(['offered', 'scheduled', 'held', 'reported', 'cancelled']),
  session: z.object({ startsAt: timestamp, endsAt: timestamp, place: z.string(), trainer: z.string() }).nullable(),
  participants: z.array(
    z.object({ lineId, msmeId, msmeName: z.string(), seats: quantity, attended: quantityOrZero.nullable() }),
  ),
  summary: z.string().nullable(),
  cancelReason: z.string().nullable(),
});
export type TrainingView = z.output<typeof trainingView>;

export const trainingList = z.object({ items: z.array(trainingView) });
