import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { collaborationId, lineId, msmeId, needId, packageOfHelp } from '../primitives.ts';
import { exampleCollaborationId } from './example.ts';

export const lineReleased = defineEvent({
  service: 'commitment',
  name: 'line-released',
  major: 1,
  subject: 'collaborationId',
  summary: 'What a line had reserved and not yet delivered is open for others again.',
  data: z.object({
    collaborationId,
    lineId,
    msmeId,
    needId,
    package: packageOfHelp,
    /** In the unit of the package: pieces, rupiah or seats. */
    releasedAmount: z.int().min(0),
    reason: z.enum(['msme-delisted', 'contract-declined', 'training-cancelled', 'attendance-below-seats', 'withdrawn']),
  }),
  example: {
    collaborationId: exampleCollaborationId,
    lineId: `${exampleCollaborationId}.2`,
    msmeId: 'osm-way-352856285',
    needId: 'osm-way-352856285.capital',
    package: 'capital',
    releasedAmount: 6_000_000,
    reason: 'contract-declined',
  },
});
