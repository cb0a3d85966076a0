import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { lineId, msmeId, needId, partner, rupiah } from '../primitives.ts';

export const relendProposed = defineEvent({
  service: 'fintech-gateway',
  name: 'relend-proposed',
  major: 1,
  subject: 'relendId without its number',
  summary: 'Repaid money is offered to the next MSME in need; it becomes a commitment where the need is still open.',
  data: z.object({
    relendId: z.string().min(1).max(100),
    fromLoanId: lineId,
    partner,
    msmeId,
    needId,
    amountRupiah: rupiah,
    instalments: z.int().min(1).max(24),
  }),
  example: {
    relendId: 'relend.KSBB-0000-0000-0011.2.1',
    fromLoanId: 'KSBB-0000-0000-0011.2',
    partner: 'amanah',
    msmeId: 'gen-0000042',
    needId: 'gen-0000042.capital',
    amountRupiah: 6_000_000,
    instalments: 3,
  },
});
