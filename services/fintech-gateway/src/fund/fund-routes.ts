import { fundChain, type FundChain, lineId, timestamp, trialBalance } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { balanceOf } from './trial-balance.ts';
import type { KnownLoan } from '../loans/core/loan.ts';
import { viewOf } from '../loans/core/view.ts';
import { relendingIdOf } from './relending/relending.ts';
import { loadLoan } from '../loans/loan-routes.ts';
import type { Loans } from '../loans/stores/loans.ts';
import type { Postings } from './stores/postings.ts';
import type { Relendings } from './stores/relendings.ts';

const MOST_LINKS = 100;

type Link = FundChain['links'][number];

function linkOf(loan: KnownLoan, now: Date): Link {
  const { loanId, relentFrom, msmeId, msmeName, partner, amountRupiah, repaidRupiah, status } = viewOf(loan, now);
  // The lots of one loan come from one loan, so all are of the same generation.
  const generation = loan.terms.lots[0]?.generation ?? 1;
  return { loanId, relentFrom, generation, msmeId, msmeName, partner, amountRupiah, repaidRupiah, status };
}

export function showTrialBalance({ postings }: { postings: Postings }): Route {
  return defineRoute({
    method: 'get',
    path: '/fund/trial-balance',
    operationId: 'showTrialBalance',
    summary: 'The balance of each account of the revolving fund, now or at any moment.',
    query: z.strictObject({ at: timestamp.transform((text) => new Date(text)).optional() }),
    answers: {
      200: { description: 'All accounts, of what happened until `at`; together they are 0.', schema: trialBalance },
    },
    handle: async ({ query: { at } }) => ({ status: 200, body: balanceOf(await postings.totals(at)) }),
  });
}

export function showChain({
  loans,
  relendings,
  clock,
}: {
  loans: Loans;
  relendings: Relendings;
  clock: () => Date;
}): Route {
  /** The loans that were paid with what this one paid back. */
  async function next(loanId: string): Promise<KnownLoan[]> {
    const relending = (await relendings.load(relendingIdOf(loanId)))?.state;
    if (relending === undefined || relending.status === 'unknown') return [];
    const paid = relending.relent.filter(({ returned }) => !returned);
    const found = await Promise.all(paid.map((relent) => loans.load(relent.loanId)));
    return found.flatMap((loan) => (loan === null || loan.state.status === 'unknown' ? [] : [loan.state]));
  }

  return defineRoute({
    method: 'get',
    path: '/fund/chain/:loanId',
    operationId: 'showFundChain',
    summary: 'A loan and all that its money was lent on to, generation by generation; at most 100 loans.',
    params: z.object({ loanId: lineId }),
    answers: { 200: { description: 'The chain.', schema: fundChain }, 404: { description: 'There is no such loan.' } },
    handle: async ({ params }) => {
      const chain = [await loadLoan(loans, params.loanId)];
      for (let at = 0; at < chain.length && chain.length < MOST_LINKS; at += 1) {
        chain.push(...(await next((chain[at] as KnownLoan).terms.loanId)));
      }
      return { status: 200, body: { links: chain.slice(0, MOST_LINKS).map((loan) => linkOf(loan, clock())) } };
    },
  });
}
