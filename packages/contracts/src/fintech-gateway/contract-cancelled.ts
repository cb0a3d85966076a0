import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { timestamp } from '../primitives.ts';
import { aboutLoan, exampleLoan } from './loan.ts';

export const contractCancelled = defineEvent({
  service: 'fintech-gateway',
  name: 'contract-cancelled',
  major: 1,
  subject: 'loanId',
  summary: 'The contract was taken back before any money was paid out.',
  data: z.object({ ...aboutLoan, reason: z.string(), cancelledAt: timestamp }),
  example: { ...exampleLoan, reason: 'msme-delisted', cancelledAt: '2026-11-26T03:00:00.000Z' },
});
