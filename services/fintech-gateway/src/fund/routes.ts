import {
  fundChain,
  type FundChain,
  lineId,
  msmeId,
  needId,
  partner,
  rupiah,
  rupiahOrZero,
  timestamp,
  trialBalance,
} from '@ksbb/contracts';
import { conflict, defineRoute, notFound, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { type KnownLoan, type Loans, noSuchLoan, viewOf } from '../loans/open-loans.ts';
import { balanceOf } from './ledger.ts';
import type { Relender } from './relender.ts';
import { type Relending, relendingIdOf } from './relending/relending.ts';
import type { Postings } from './stores/postings.ts';
import type { Relendings } from './stores/relendings.ts';

type Parts = {
  loans: Pick<Loans, 'find'>;
  postings: Pick<Postings, 'totals' | 'ofLoan' | 'reverse'>;
  relendings: Pick<Relendings, 'load' | 'awaitingApproval'>;
  relender: Pick<Relender, 'decideApproval'>;
  clock: () => Date;
};

const MOST_LINKS = 100;
const MOST_LISTED = 200;

function linkOf(loan: KnownLoan, now: Date): FundChain['links'][number] {
  const view = viewOf(loan, now);
  // The lots of one loan come from one loan, so all are of the same generation.
  const generation = loan.terms.lots[0]?.generation ?? 1;
  const { loanId, relentFrom, msmeName, amountRupiah, repaidRupiah, status } = view;
  return {
    loanId,
    relentFrom,
    generation,
    msmeId: view.msmeId,
    msmeName,
    partner: view.partner,
    amountRupiah,
    repaidRupiah,
    status,
  };
}

/** What everybody may see of the revolving fund. */
function publicRoutes({ loans, postings, relendings, clock }: Parts): Route[] {
  /** The loans that were paid with what this one paid back. */
  async function next(loanId: string): Promise<KnownLoan[]> {
    const relending = (await relendings.load(relendingIdOf(loanId)))?.state;
    if (relending === undefined || relending.status === 'unknown') return [];
    const paid = relending.relent.filter(({ returned }) => !returned);
    const found = await Promise.all(paid.map((relent) => loans.find(relent.loanId)));
    return found.filter((loan) => loan !== null);
  }

  return [
    defineRoute({
      method: 'get',
      path: '/fund/trial-balance',
      operationId: 'showTrialBalance',
      summary: 'The balance of each account of the revolving fund, now or at any moment.',
      auth: 'public',
      query: z.strictObject({ at: timestamp.transform((text) => new Date(text)).optional() }),
      answers: {
        200: { description: 'All accounts, of what happened until `at`; together they are 0.', schema: trialBalance },
      },
      handle: async ({ query: { at } }) => ({ status: 200, body: balanceOf(await postings.totals(at)) }),
    }),
    defineRoute({
      method: 'get',
      path: '/fund/chain/:loanId',
      operationId: 'showFundChain',
      summary: 'A loan and all loans that its money was relent to, generation by generation; at most 100 loans.',
      auth: 'public',
      params: z.object({ loanId: lineId }),
      answers: {
        200: { description: 'The chain.', schema: fundChain },
        404: { description: 'There is no such loan.' },
      },
      handle: async ({ params: { loanId } }) => {
        const first = await loans.find(loanId);
        if (first === null) throw noSuchLoan(loanId);
        const chain = [first];
        for (const loan of chain) {
          if (chain.length >= MOST_LINKS) break;
          chain.push(...(await next(loan.terms.loanId)));
        }
        return { status: 200, body: { links: chain.slice(0, MOST_LINKS).map((loan) => linkOf(loan, clock())) } };
      },
    }),
  ];
}

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

/** Single postings, and their correction: a posting is never changed, it is reversed by another one. */
function postingRoutes({ postings, clock }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/fund/postings',
      operationId: 'listPostings',
      summary: 'The postings of a loan, at most 200. For operators.',
      auth: 'operator',
      query: z.strictObject({ loanId: lineId }),
      answers: { 200: { description: 'By time.', schema: z.object({ items: z.array(posting) }) } },
      handle: async ({ query: { loanId } }) => ({
        status: 200,
        body: { items: await postings.ofLoan(loanId, MOST_LISTED) },
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/fund/reversals',
      operationId: 'reversePosting',
      summary: 'Reverses a posting, once; a repeat gives the same reversal. For operators.',
      auth: 'operator',
      body: z.strictObject({
        postingId: z.string().min(1).max(200),
        reason: z.string().trim().min(3, 'at least 3 characters').max(500),
      }),
      answers: {
        201: { description: 'The reversal.', schema: posting },
        404: { description: 'There is no such posting, or it is a reversal.' },
      },
      handle: async ({ body: { postingId, reason } }) => {
        const reversal = await postings.reverse(postingId, reason, clock());
        if (reversal === null)
          throw notFound('no-such-posting', `There is no posting ${postingId} that could be reversed.`);
        return { status: 201, body: reversal };
      },
    }),
  ];
}

const approval = z.object({ relendId: z.string(), fromLoanId: lineId, partner, msmeId, needId, amountRupiah: rupiah });

function approvalView(relending: Relending): z.output<typeof approval>[] {
  if (relending.status !== 'awaiting-approval') return [];
  const { loanId: fromLoanId, partner: name } = relending.origin;
  return [{ ...relending.proposal, fromLoanId, partner: name }];
}

/** Proposals that an officer has to approve before they go out, where a setting asks for it. */
function approvalRoutes({ relendings, relender }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/fund/approvals',
      operationId: 'showApprovals',
      summary: 'Proposals of repaid money that wait for an officer, at most 200. For operators.',
      auth: 'operator',
      answers: { 200: { description: 'To whom it would be lent.', schema: z.object({ items: z.array(approval) }) } },
      handle: async () => ({
        status: 200,
        body: { items: (await relendings.awaitingApproval(MOST_LISTED)).flatMap(approvalView) },
      }),
    }),
    defineRoute({
      method: 'post',
      path: '/fund/approvals/:relendId',
      operationId: 'decideApproval',
      summary: 'Approves a proposal, or turns it down so that the next MSME in need is found. For operators.',
      auth: 'operator',
      params: z.object({
        relendId: z
          .string()
          .max(100)
          .regex(/^relend\..+\.\d+$/, 'the id of a proposal'),
      }),
      body: z.strictObject({ decision: z.enum(['approve', 'turn-down'], 'approve or turn-down') }),
      answers: { 204: { description: 'Decided.' }, 409: { description: 'No such proposal waits.' } },
      handle: async ({ params: { relendId }, body: { decision } }) => {
        if (!(await relender.decideApproval(relendId, decision)))
          throw conflict('no-such-proposal', `No proposal ${relendId} waits for a decision.`);
        return { status: 204 };
      },
    }),
  ];
}

export function fundRoutes(parts: Parts): Route[] {
  return [...publicRoutes(parts), ...postingRoutes(parts), ...approvalRoutes(parts)];
}
