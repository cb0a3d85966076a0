import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { rupiah, timestamp } from '../primitives.ts';
import { aboutLoan, exampleLoan, lot } from './loan.ts';

export const loanRepaid = defineEvent({
  service: 'fintech-gateway',
  name: 'loan-repaid',
  major: 1,
  subject: 'loanId',
  summary: 'A loan is paid back in full; its money can be lent on.',
  data: z.object({ ...aboutLoan, amountRupiah: rupiah, lots: z.array(lot).min(1), repaidAt: timestamp }),
  example: {
    ...exampleLoan,
    amountRupiah: 6_000_000,
    lots: [{ donorCollaborationId: exampleLoan.collaborationId, generation: 1, amountRupiah: 6_000_000 }],
    repaidAt: '2027-02-26T03:00:00.000Z',
  },
});
