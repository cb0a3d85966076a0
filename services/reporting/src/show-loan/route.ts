import { lineId, portfolioLoan } from '@ksbb/contracts';
import { defineRoute, notFound, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { loanOf } from '../loan/loan.ts';
import type { LoanFact } from '../loan/loan-fact.ts';
import type { FactSets } from '../stores/fact-sets.ts';

export function showLoan({ loans }: { loans: FactSets<LoanFact> }): Route {
  return defineRoute({
    method: 'get',
    path: '/loans/:loanId',
    operationId: 'showLoan',
    summary: 'One loan of the portfolio. Its id is that of the commitment line it pays.',
    params: z.object({ loanId: lineId }),
    answers: { 200: { description: 'The loan.', schema: portfolioLoan } },
    handle: async ({ params: { loanId } }) => {
      const loan = loanOf((await loans.load(loanId))?.facts ?? []);
      if (loan === null)
        throw notFound('no-such-loan', `Nothing is known of a loan ${loanId}. A new one appears here within seconds.`);
      return { status: 200, body: loan };
    },
  });
}
