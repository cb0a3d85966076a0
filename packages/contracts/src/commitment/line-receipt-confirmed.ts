import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { collaborationId, lineId, msmeId, needId, packageOfHelp, timestamp } from '../primitives.ts';
import { exampleCollaborationId } from './example.ts';

export const lineReceiptConfirmed = defineEvent({
  service: 'commitment',
  name: 'line-receipt-confirmed',
  major: 1,
  subject: 'collaborationId',
  summary: 'Help on a line has arrived: an MSME says how much goods came, a partner disbursed, or seats were taken.',
  data: z.object({
    collaborationId,
    lineId,
    msmeId,
    needId,
    package: packageOfHelp,
    /** The delivery report that this answers; for loans and trainings the id of the event that brought it. */
    reportId: z.string(),
    /** In the unit of the package: pieces, rupiah or seats. They may differ; the difference is kept. */
    reportedAmount: z.int().min(0),
    confirmedAmount: z.int().min(0),
    confirmedAt: timestamp,
  }),
  example: {
    collaborationId: exampleCollaborationId,
    lineId: `${exampleCollaborationId}.1`,
    msmeId: 'osm-way-352856285',
    needId: 'osm-way-352856285.face-mask',
    package: 'goods',
    reportId: '0d6c3c5e-5d0f-4f6e-9f39-3c7f1e6f0a11',
    reportedAmount: 100,
    confirmedAmount: 99,
    confirmedAt: '2026-11-24T05:00:00.000Z',
  },
});
