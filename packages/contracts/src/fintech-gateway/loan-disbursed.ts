import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { rupiah, timestamp } from '../primitives.ts';
import { aboutLoan, exampleLoan, instalment, lot } from './loan.ts';

export const loanDisbursed = defineEvent({
  service: 'fintech-gateway',
  name: 'loan-disbursed',
  major: 1,
  subject: 'loanId',
  summary: 'The partner has paid the loan out to the MSME.',
  data: z.object({
    ...aboutLoan,
    amountRupiah: rupiah,
    schedule: z.array(instalment).min(1),
    lots: z.array(lot).min(1),
    disbursedAt: timestamp,
  }),
  example: {
    ...exampleLoan,
    amountRupiah: 6_000_000,
    schedule: [{ instalment: 1, dueDate: '2026-12-26', amountRupiah: 6_000_000 }],
    lots: [{ donorCollaborationId: exampleLoan.collaborationId, generation: 1, amountRupiah: 6_000_000 }],
    disbursedAt: '2026-11-26T03:00:00.000Z',
  },
});
