import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { exampleMsme } from './example.ts';
import { msme } from './msme.ts';

export const msmeDelisted = defineEvent({
  service: 'msme-registry',
  name: 'msme-delisted',
  major: 1,
  subject: 'msmeId',
  summary: 'An MSME is no longer on the map. Carries its last public state and why.',
  data: msme.extend({ reason: z.string().min(1).max(300) }),
  example: { ...exampleMsme, reason: 'closed down' },
});
