import { z } from 'zod';
import { collaborationId, lineId, msmeId, pageOf, partner, rupiah, rupiahOrZero, timestamp } from '../primitives.ts';

/** One loan of `GET /loans`, in the order of loan ids. */
export const portfolioLoan = z.object({
  loanId: lineId,
  collaborationId,
  msmeId,
  partner,
  amountRupiah: rupiah,
  status: z.enum([
    'promised',
    'forwarded',
    'signed',
    'disbursed',
    'repaying',
    'repaid',
    'declined',
    'cancelled',
    'written-off',
  ]),
  repaidRupiah: rupiahOrZero,
  outstandingRupiah: rupiahOrZero,
  relentFrom: lineId.nullable(),
  updatedAt: timestamp,
});

export const portfolio = pageOf(portfolioLoan);
export type Portfolio = z.output<typeof portfolio>;
