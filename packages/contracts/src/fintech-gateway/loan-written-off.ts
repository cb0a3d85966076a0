import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { rupiah, rupiahOrZero, timestamp } from '../primitives.ts';
import { aboutLoan, exampleLoan, lot } from './loan.ts';

export const loanWrittenOff = defineEvent({
  service: 'fintech-gateway',
  name: 'loan-written-off',
  major: 1,
  subject: 'loanId',
  summary: 'The partner expects no more of a loan. What had come back of it can be lent on.',
  data: z.object({
    ...aboutLoan,
    /** What is lost, and whose money it was. */
    amountRupiah: rupiah,
    lots: z.array(lot).min(1),
    /** What had come back before, and whose money it is; no lots where nothing had. */
    repaidRupiah: rupiahOrZero,
    repaidLots: z.array(lot),
    writtenOffAt: timestamp,
  }),
  example: {
    ...exampleLoan,
    amountRupiah: 4_000_000,
    lots: [{ donorCollaborationId: exampleLoan.collaborationId, generation: 1, amountRupiah: 4_000_000 }],
    repaidRupiah: 2_000_000,
    repaidLots: [{ donorCollaborationId: exampleLoan.collaborationId, generation: 1, amountRupiah: 2_000_000 }],
    writtenOffAt: '2027-09-26T03:00:00.000Z',
  },
});
