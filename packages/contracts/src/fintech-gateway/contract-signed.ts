import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { timestamp } from '../primitives.ts';
import { aboutLoan, exampleLoan } from './loan.ts';

export const contractSigned = defineEvent({
  service: 'fintech-gateway',
  name: 'contract-signed',
  major: 1,
  subject: 'loanId',
  summary: 'The e-contract is signed on the platform of the partner.',
  data: z.object({ ...aboutLoan, signedAt: timestamp }),
  example: { ...exampleLoan, signedAt: '2026-11-25T03:00:00.000Z' },
});
