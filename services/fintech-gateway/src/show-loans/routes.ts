import { lineId, loanList, loanView, typedCollaborationId } from '@ksbb/contracts';
import { defineRoute, notFound, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { KnownLoan } from '../loan/loan.ts';
import { viewOf } from '../loan/view.ts';
import type { Loans } from '../stores/loans.ts';

type Parts = { loans: Loans; clock: () => Date };

/** A loan that exists. @throws Problem 404 */
export async function loadLoan(loans: Loans, loanId: string): Promise<KnownLoan> {
  const loan = (await loans.load(loanId))?.state;
  if (loan === undefined || loan.status === 'unknown') throw notFound('no-such-loan', `There is no loan ${loanId} here.`);
  return loan;
}

/** The loans of a collaboration, in the order of its lines. Empty where it has none: what else exists is not known here. */
export function listLoans({ loans, clock }: Parts): Route {
  return defineRoute({
    method: 'get',
    path: '/collaborations/:collaborationId/loans',
    operationId: 'listLoans',
    summary: 'The loans of a collaboration; empty where it has none.',
    params: z.object({ collaborationId: typedCollaborationId }),
    answers: { 200: { description: 'One loan for each capital line.', schema: loanList } },
    handle: async ({ params }) => {
      const found = await loans.ofCollaboration(params.collaborationId);
      return { status: 200, body: { items: found.flatMap((loan) => (loan.status === 'unknown' ? [] : [viewOf(loan, clock())])) } };
    },
  });
}

export function showLoan({ loans, clock }: Parts): Route {
  return defineRoute({
    method: 'get',
    path: '/loans/:loanId',
    operationId: 'showLoan',
    summary: 'One loan: how far it is, its schedule, whose money it is.',
    params: z.object({ loanId: lineId }),
    answers: { 200: { description: 'The loan.', schema: loanView }, 404: { description: 'There is no such loan.' } },
    handle: async ({ params }) => ({ status: 200, body: viewOf(await loadLoan(loans, params.loanId), clock()) }),
  });
}
