import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { collaborationId, lineId, msmeId, partner, rupiah } from '../primitives.ts';
import { lot } from './loan.ts';

export const fundRelent = defineEvent({
  service: 'fintech-gateway',
  name: 'fund-relent',
  major: 1,
  subject: 'relendId without its number',
  summary: 'Repaid money is lent on: the next loan exists and keeps the lots it came from.',
  data: z.object({
    relendId: z.string(),
    fromLoanId: lineId,
    toLoanId: lineId,
    toCollaborationId: collaborationId,
    partner,
    msmeId,
    amountRupiah: rupiah,
    lots: z.array(lot).min(1),
  }),
  example: {
    relendId: 'relend.KSBB-0000-0000-0011.2.1',
    fromLoanId: 'KSBB-0000-0000-0011.2',
    toLoanId: 'KSBB-0000-0000-0022.1',
    toCollaborationId: 'KSBB-0000-0000-0022',
    partner: 'amanah',
    msmeId: 'gen-0000042',
    amountRupiah: 6_000_000,
    lots: [{ donorCollaborationId: 'KSBB-0000-0000-0011', generation: 2, amountRupiah: 6_000_000 }],
  },
});
