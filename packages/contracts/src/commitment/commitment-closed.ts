import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { collaborationId, timestamp } from '../primitives.ts';
import { commitmentConfirmed } from './commitment-confirmed.ts';
import { exampleCollaborationId } from './example.ts';

export const commitmentClosed = defineEvent({
  service: 'commitment',
  name: 'commitment-closed',
  major: 1,
  subject: 'collaborationId',
  summary: 'Nothing is left to do in a commitment.',
  data: z.object({
    collaborationId,
    origin: commitmentConfirmed.data.shape.origin,
    /** nothing-covered: every need asked for was already covered by others, so it never held. */
    outcome: z.enum(['fulfilled', 'released', 'nothing-covered']),
    closedAt: timestamp,
  }),
  example: {
    collaborationId: exampleCollaborationId,
    origin: { kind: 'donor' },
    outcome: 'fulfilled',
    closedAt: '2026-12-24T03:00:00.000Z',
  },
});
