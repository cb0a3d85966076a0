import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { aboutLoan, exampleLoan } from './loan.ts';

export const contractDeclined = defineEvent({
  service: 'fintech-gateway',
  name: 'contract-declined',
  major: 1,
  subject: 'loanId',
  summary: 'The contract will not come about.',
  data: z.object({ ...aboutLoan, reason: z.string() }),
  example: { ...exampleLoan, reason: 'declined by the signer' },
});
