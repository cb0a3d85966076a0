import { z } from 'zod';
import { defineEvent } from './event.ts';
import {
  collaborationId,
  lineId,
  msmeId,
  quantity,
  quantityOrZero,
  skill,
  timestamp,
  trainingTopic,
} from './primitives.ts';

/** One training for each topic of a collaboration: `<collaborationId>.<topic>`. */
export const trainingId = z
  .string()
  .regex(
    /^KSBB-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\.[a-z-]+$/,
    'a training id: a collaboration ID, a dot and the topic',
  );

const aboutTraining = { trainingId, collaborationId, topic: trainingTopic, skill };

const exampleTraining = {
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
  // Not `<`: where one of them is not a time, that fault is reported already.
  .refine((session) => !(Date.parse(session.startsAt) >= Date.parse(session.endsAt)), {
    path: ['endsAt'],
    error: 'later than startsAt',
  });
export type ScheduleTrainingRequest = z.output<typeof scheduleTrainingRequest>;

/**
 * Body of `POST /trainings/:trainingId/attendance`: how many people of one MSME came. A later record replaces an
 * earlier one.
 */
export const recordAttendanceRequest = z.strictObject({ msmeId, attended: quantityOrZero });

/** Body of `POST /trainings/:trainingId/report`. */
export const reportTrainingRequest = z.strictObject({
  summary: z.string().trim().min(10, 'at least 10 characters').max(2000, 'at most 2000 characters'),
});

/** Body of `POST /trainings/:trainingId/cancellation`. */
export const cancelTrainingRequest = z.strictObject({
  reason: z.string().trim().min(3, 'at least 3 characters').max(300, 'at most 300 characters'),
});

/** Answer of `GET /trainings/:trainingId`. */
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

export const trainingScheduled = defineEvent({
  service: 'training',
  name: 'training-scheduled',
  major: 1,
  subject: 'trainingId',
  summary: 'A session has a time and a place, and the MSMEs are invited to it. Sent again when it is moved.',
  data: z.object({
    ...aboutTraining,
    startsAt: timestamp,
    endsAt: timestamp,
    place: z.string(),
    invited: z.array(z.object({ msmeId, seats: quantity })).min(1),
  }),
  example: {
    ...exampleTraining,
    startsAt: '2026-12-01T02:00:00.000Z',
    endsAt: '2026-12-01T05:00:00.000Z',
    place: 'Balai Kota Jakarta',
    invited: [{ msmeId: 'osm-way-352856285', seats: 4 }],
  },
});

export const attendanceRecorded = defineEvent({
  service: 'training',
  name: 'attendance-recorded',
  major: 1,
  subject: 'trainingId',
  summary: 'How many people of one MSME came. A later event replaces an earlier one.',
  data: z.object({ ...aboutTraining, lineId, msmeId, seats: quantity, attended: quantityOrZero }),
  example: { ...exampleTraining, lineId: 'KSBB-0000-0000-0011.3', msmeId: 'osm-way-352856285', seats: 4, attended: 3 },
});

export const trainingHeld = defineEvent({
  service: 'training',
  name: 'training-held',
  major: 1,
  subject: 'trainingId',
  summary: 'The training took place. Its attendance is final.',
  data: z.object({
    ...aboutTraining,
    participants: z.array(z.object({ lineId, msmeId, seats: quantity, attended: quantityOrZero })).min(1),
    heldAt: timestamp,
  }),
  example: {
    ...exampleTraining,
    participants: [{ lineId: 'KSBB-0000-0000-0011.3', msmeId: 'osm-way-352856285', seats: 4, attended: 3 }],
    heldAt: '2026-12-01T05:00:00.000Z',
  },
});

export const trainingReported = defineEvent({
  service: 'training',
  name: 'training-reported',
  major: 1,
  subject: 'trainingId',
  summary: 'A training was reported on.',
  data: z.object({ ...aboutTraining, summary: z.string(), reportedAt: timestamp }),
  example: {
    ...exampleTraining,
    summary: 'Three owners keep a cash book now.',
    reportedAt: '2026-12-02T03:00:00.000Z',
  },
});

export const trainingCancelled = defineEvent({
  service: 'training',
  name: 'training-cancelled',
  major: 1,
  subject: 'trainingId',
  summary: 'A training will not take place.',
  data: z.object({ ...aboutTraining, lineIds: z.array(lineId).min(1), reason: z.string() }),
  example: { ...exampleTraining, lineIds: ['KSBB-0000-0000-0011.3'], reason: 'the trainer is ill' },
});
