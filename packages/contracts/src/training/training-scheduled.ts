import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { msmeId, quantity, timestamp } from '../primitives.ts';
import { aboutTraining, exampleTraining } from './training.ts';

export const trainingScheduled = defineEvent({
  service: 'training',
  name: 'training-scheduled',
  major: 1,
  subject: 'trainingId',
  summary: 'A session has a time and a place, and the chosen MSMEs are invited to it. Sent again when it is moved.',
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
