import { lineId, loanList, loanView, typedCollaborationId } from '@ksbb/contracts';
import { defineRoute, notFound, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { IsDonor } from './donor.ts';
import type { KnownLoan } from './core/loan.ts';
import { viewOf } from './core/view.ts';
import type { Loans } from './stores/loans.ts';

type Parts = { loans: Loans; isDonor: IsDonor; clock: () => Date };

/** What only the donor is shown is kept by nothing in between. */
const headersFor = (isDonor: boolean) => (isDonor ? { 'Cache-Control': 'private, no-store' } : {});
const refused = { 401: { description: 'A token that is not valid here.' } };

/** A loan that exists. @throws Problem 404 */
export async function loadLoan(loans: Loans, loanId: string): Promise<KnownLoan> {
  const loan = (await loans.load(loanId))?.state;
  if (loan === undefined || loan.status === 'unknown')
    throw notFound('no-such-loan', `There is no loan ${loanId} here.`);
  return loan;
}

/** The loans of a collaboration, in the order of its lines. Empty where it has none: what else exists is not known here. */
export function listLoans({ loans, isDonor, clock }: Parts): Route {
  return defineRoute({
    method: 'get',
    path: '/collaborations/:collaborationId/loans',
    operationId: 'listLoans',
    summary:
      "The loans of a collaboration; empty where it has none. The e-contract page is shown to the donor's token alone.",
    params: z.object({ collaborationId: typedCollaborationId }),
    answers: { 200: { description: 'One loan for each capital line.', schema: loanList }, ...refused },
    handle: async ({ request, params: { collaborationId } }) => {
      const forDonor = await isDonor(request, collaborationId);
      const found = await loans.ofCollaboration(collaborationId);
      const items = found.flatMap((loan) =>
        loan.status === 'unknown' ? [] : [viewOf(loan, clock(), forDonor ? 'donor' : 'anyone')],
      );
      return { status: 200, body: { items }, headers: headersFor(forDonor) };
    },
  });
}

export function showLoan({ loans, isDonor, clock }: Parts): Route {
  return defineRoute({
    method: 'get',
    path: '/loans/:loanId',
    operationId: 'showLoan',
    summary:
      "One loan: how far it is, its schedule, whose money it is. The e-contract page is shown to the donor's token alone.",
    params: z.object({ loanId: lineId }),
    answers: {
      200: { description: 'The loan.', schema: loanView },
      404: { description: 'There is no such loan.' },
      ...refused,
    },
    handle: async ({ request, params }) => {
      const loan = await loadLoan(loans, params.loanId);
      const forDonor = await isDonor(request, loan.terms.collaborationId);
      return { status: 200, body: viewOf(loan, clock(), forDonor ? 'donor' : 'anyone'), headers: headersFor(forDonor) };
    },
  });
}
