import { portfolio } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';
import { loanOf } from '../loan/loan.ts';
import type { LoanFact } from '../loan/loan-fact.ts';
import { pageFrom, pageQuery } from '../paging/page.ts';
import type { FactSets } from '../stores/fact-sets.ts';

/** Loans of which no amount is known yet are left out, so a page may hold fewer than asked for. */
export function listLoans({ loans }: { loans: FactSets<LoanFact> }): Route {
  return defineRoute({
    method: 'get',
    path: '/loans',
    operationId: 'listLoans',
    summary: 'The loan portfolio, in the order of loan ids.',
    query: pageQuery(50),
    answers: { 200: { description: 'A page of loans.', schema: portfolio } },
    handle: async ({ query: { limit, cursor } }) => {
      const { items, nextCursor } = pageFrom(await loans.page(cursor, limit + 1), limit, ({ id }) => id);
      return {
        status: 200,
        body: { items: items.map(({ facts }) => loanOf(facts)).filter((loan) => loan !== null), nextCursor },
      };
    },
  });
}
