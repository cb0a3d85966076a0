import { z } from 'zod';
import { lineId, msmeId, partner, rupiah, rupiahOrZero } from '../primitives.ts';
import { loanStatus } from './loan.ts';

/** Answer of `GET /fund/trial-balance`: the balance of each account, debits positive; all of them add up to 0. */
export const trialBalance = z.object({
  accounts: z.array(
    z.object({ account: z.string(), debitRupiah: rupiahOrZero, creditRupiah: rupiahOrZero, balanceRupiah: z.int() }),
  ),
  totalRupiah: z.int(),
  balanced: z.boolean(),
});

/** Answer of `GET /fund/chain/:loanId`: the loan and all that its money was lent on to, in order. */
export const fundChain = z.object({
  links: z.array(
    z.object({
      loanId: lineId,
      relentFrom: lineId.nullable(),
      generation: z.int().min(1),
      msmeId,
      msmeName: z.string(),
      partner,
      amountRupiah: rupiah,
      repaidRupiah: rupiahOrZero,
      status: loanStatus,
    }),
  ),
});
export type FundChain = z.output<typeof fundChain>;
