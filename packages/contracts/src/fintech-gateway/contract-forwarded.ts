import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { rupiah } from '../primitives.ts';
import { aboutLoan, exampleLoan } from './loan.ts';

export const contractForwarded = defineEvent({
  service: 'fintech-gateway',
  name: 'contract-forwarded',
  major: 1,
  subject: 'loanId',
  summary: 'The partner has taken the contract and waits for the signature.',
  data: z.object({ ...aboutLoan, amountRupiah: rupiah, partnerContractId: z.string(), signUrl: z.url().nullable() }),
  example: {
    ...exampleLoan,
    amountRupiah: 6_000_000,
    partnerContractId: 'AMN-1',
    signUrl: 'https://amanah.example/e-contract/abc',
  },
});
