import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { lineId } from '../primitives.ts';
import { aboutTraining, exampleTraining } from './training.ts';

export const trainingCancelled = defineEvent({
  service: 'training',
  name: 'training-cancelled',
  major: 1,
  subject: 'trainingId',
  summary: 'A training will not take place.',
  data: z.object({ ...aboutTraining, lineIds: z.array(lineId).min(1), reason: z.string() }),
  example: { ...exampleTraining, lineIds: ['KSBB-0000-0000-0011.3'], reason: 'the trainer is ill' },
});
