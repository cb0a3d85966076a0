import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { collaborationId, lineId, msmeId, quantity, timestamp } from '../primitives.ts';
import { exampleCollaborationId } from './example.ts';

export const lineDelivered = defineEvent({
  service: 'commitment',
  name: 'line-delivered',
  major: 1,
  subject: 'collaborationId',
  summary: 'A donor reports goods delivered on a line.',
  data: z.object({
    collaborationId,
    lineId,
    msmeId,
    reportId: z.string(),
    quantity,
    /** All that was reported on this line so far, this report included. */
    reportedTotal: quantity,
    reportedAt: timestamp,
  }),
  example: {
    collaborationId: exampleCollaborationId,
    lineId: `${exampleCollaborationId}.1`,
    msmeId: 'osm-way-352856285',
    reportId: '0d6c3c5e-5d0f-4f6e-9f39-3c7f1e6f0a11',
    quantity: 100,
    reportedTotal: 100,
    reportedAt: '2026-11-24T04:00:00.000Z',
  },
});
