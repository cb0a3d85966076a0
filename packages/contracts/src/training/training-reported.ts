import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { timestamp } from '../primitives.ts';
import { aboutTraining, exampleTraining } from './training.ts';

export const trainingReported = defineEvent({
  service: 'training',
  name: 'training-reported',
  major: 1,
  subject: 'trainingId',
  summary: 'The activity report of a training is in.',
  data: z.object({ ...aboutTraining, summary: z.string(), reportedAt: timestamp }),
  example: {
    ...exampleTraining,
    summary: 'Three owners keep a cash book now.',
    reportedAt: '2026-12-02T03:00:00.000Z',
  },
});
