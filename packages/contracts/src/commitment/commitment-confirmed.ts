import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { collaborationId, timestamp } from '../primitives.ts';
import { exampleCollaborationId, exampleLines } from './example.ts';
import { confirmedLine } from './line.ts';

export const commitmentConfirmed = defineEvent({
  service: 'commitment',
  name: 'commitment-confirmed',
  major: 1,
  subject: 'collaborationId',
  summary: 'A commitment holds: every line in it is reserved on the needs board.',
  data: z.object({
    collaborationId,
    origin: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('donor') }),
      z.object({ kind: z.literal('relend'), relendId: z.string() }),
    ]),
    /** Null where the donor stays anonymous. */
    donorName: z.string().nullable(),
    lines: z.array(confirmedLine).min(1),
    confirmedAt: timestamp,
  }),
  example: {
    collaborationId: exampleCollaborationId,
    origin: { kind: 'donor' },
    donorName: 'PT Contoh',
    lines: exampleLines,
    confirmedAt: '2026-11-24T03:00:00.000Z',
  },
});
