import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { rupiah, rupiahOrZero, timestamp } from '../primitives.ts';
import { aboutLoan, exampleLoan, lot } from './loan.ts';

export const repaymentReceived = defineEvent({
  service: 'fintech-gateway',
  name: 'repayment-received',
  major: 1,
  subject: 'loanId',
  summary: 'An instalment was paid back. Carries the split over the lots it came from.',
  data: z.object({
    ...aboutLoan,
    repaymentId: z.string(),
    instalment: z.int().min(1),
    amountRupiah: rupiah,
    /** All that was repaid so far, this included, and what is still owed. */
    repaidRupiah: rupiah,
    outstandingRupiah: rupiahOrZero,
    lots: z.array(lot).min(1),
    receivedAt: timestamp,
  }),
  example: {
    ...exampleLoan,
    repaymentId: 'AMN-1-R1',
    instalment: 1,
    amountRupiah: 2_000_000,
    repaidRupiah: 2_000_000,
    outstandingRupiah: 4_000_000,
    lots: [{ donorCollaborationId: exampleLoan.collaborationId, generation: 1, amountRupiah: 2_000_000 }],
    receivedAt: '2026-12-26T03:00:00.000Z',
  },
});
