import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { lineId, msmeId, quantity, quantityOrZero } from '../primitives.ts';
import { aboutTraining, exampleTraining } from './training.ts';

export const attendanceRecorded = defineEvent({
  service: 'training',
  name: 'attendance-recorded',
  major: 1,
  subject: 'trainingId',
  summary: 'How many of one MSME came. A later one replaces an earlier one.',
  data: z.object({ ...aboutTraining, lineId, msmeId, seats: quantity, attended: quantityOrZero }),
  example: { ...exampleTraining, lineId: 'KSBB-0000-0000-0011.3', msmeId: 'osm-way-352856285', seats: 4, attended: 3 },
});
