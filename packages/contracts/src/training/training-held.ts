import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { lineId, msmeId, quantity, quantityOrZero, timestamp } from '../primitives.ts';
import { aboutTraining, exampleTraining } from './training.ts';

export const trainingHeld = defineEvent({
  service: 'training',
  name: 'training-held',
  major: 1,
  subject: 'trainingId',
  summary: 'The training took place; attendance is final.',
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
