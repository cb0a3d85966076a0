import { lineId, partner, rupiah, rupiahOrZero } from '@ksbb/contracts';
import { defineRoute, notFound, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { Postings } from './stores/postings.ts';

type Parts = { postings: Pick<Postings, 'ofLoan' | 'reverse'>; operatorToken: string; clock: () => Date };

const MOST = 200;
const posting = z.object({
  postingId: z.string(),
  kind: z.enum(['disbursement', 'repayment', 'write-off', 'reversal']),
  partner,
  loanId: lineId,
  repaymentId: z.string().nullable(),
  amountRupiah: rupiah,
  at: z.iso.datetime(),
  entries: z.array(z.object({ account: z.string(), debitRupiah: rupiahOrZero, creditRupiah: rupiahOrZero })),
  reason: z.string().optional(),
});

/** Single postings, and their correction: a posting is never changed, it is reversed by one more. For operators. */
export function postingRoutes({ postings, operatorToken, clock }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/fund/postings',
      operationId: 'listPostings',
      summary: 'What was posted about a loan, at most 200. For operators.',
      query: z.strictObject({ loanId: lineId }),
      bearer: true,
      answers: { 200: { description: 'By time.', schema: z.object({ items: z.array(posting) }) } },
      handle: async ({ request, query: { loanId } }) => {
        requireBearer(request, operatorToken);
        return { status: 200, body: { items: await postings.ofLoan(loanId, MOST) } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/fund/reversals',
      operationId: 'reversePosting',
      summary: 'Reverses a posting, once; the same again answers the same reversal. For operators.',
      body: z.strictObject({
        postingId: z.string().min(1).max(200),
        reason: z.string().trim().min(3, 'at least 3 characters').max(500),
      }),
      bearer: true,
      answers: {
        201: { description: 'The reversal.', schema: posting },
        404: { description: 'There is no such posting, or it is a reversal.' },
      },
      handle: async ({ request, body: { postingId, reason } }) => {
        requireBearer(request, operatorToken);
        const reversal = await postings.reverse(postingId, reason, clock());
        if (reversal === null)
          throw notFound('no-such-posting', `There is no posting ${postingId} that could be reversed.`);
        return { status: 201, body: reversal };
      },
    }),
  ];
}
