import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { collaborationId, lineId, msmeId, needId, partner, rupiah, rupiahOrZero } from '../primitives.ts';
import { loanStatus, lot } from './loan.ts';

/** Answer of `GET /fund/trial-balance`: the balance of each account, debits positive. All balances add up to 0. */
export const trialBalance = z.object({
  accounts: z.array(
    z.object({ account: z.string(), debitRupiah: rupiahOrZero, creditRupiah: rupiahOrZero, balanceRupiah: z.int() }),
  ),
  totalRupiah: z.int(),
  balanced: z.boolean(),
});

/** Answer of `GET /fund/chain/:loanId`: the loan, and the loans that its money was relent to, in order. */
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

export const relendProposed = defineEvent({
  service: 'fintech-gateway',
  name: 'relend-proposed',
  major: 1,
  subject: 'relendId without its number',
  summary: 'Repaid money is offered to the next MSME in need. It becomes a commitment where the need is still open.',
  data: z.object({
    relendId: z.string().min(1).max(100),
    fromLoanId: lineId,
    partner,
    msmeId,
    needId,
    amountRupiah: rupiah,
    instalments: z.int().min(1).max(24),
  }),
  example: {
    relendId: 'relend.KSBB-0000-0000-0011.2.1',
    fromLoanId: 'KSBB-0000-0000-0011.2',
    partner: 'amanah',
    msmeId: 'gen-0000042',
    needId: 'gen-0000042.capital',
    amountRupiah: 6_000_000,
    instalments: 3,
  },
});

export const fundRelent = defineEvent({
  service: 'fintech-gateway',
  name: 'fund-relent',
  major: 1,
  subject: 'relendId without its number',
  summary: 'Repaid money is relent: the next loan exists and carries the lots that it came from.',
  data: z.object({
    relendId: z.string(),
    fromLoanId: lineId,
    toLoanId: lineId,
    toCollaborationId: collaborationId,
    partner,
    msmeId,
    amountRupiah: rupiah,
    lots: z.array(lot).min(1),
  }),
  example: {
    relendId: 'relend.KSBB-0000-0000-0011.2.1',
    fromLoanId: 'KSBB-0000-0000-0011.2',
    toLoanId: 'KSBB-0000-0000-0022.1',
    toCollaborationId: 'KSBB-0000-0000-0022',
    partner: 'amanah',
    msmeId: 'gen-0000042',
    amountRupiah: 6_000_000,
    lots: [{ donorCollaborationId: 'KSBB-0000-0000-0011', generation: 2, amountRupiah: 6_000_000 }],
  },
});
