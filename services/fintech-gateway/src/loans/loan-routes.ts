import { CAPABILITY_TOKEN, capabilityClaims, lineId, loanList, loanView, typedCollaborationId } from '@ksbb/contracts';
import { defineRoute, notFound, optional, type Route } from '@ksbb/service-kit';
import { capabilityAuthenticator } from '@ksbb/service-kit/token';
import { z } from 'zod';
import { viewOf } from './core/view.ts';
import type { LoanStore } from './stores/loans.ts';

type Parts = { loans: Pick<LoanStore, 'known' | 'ofCollaboration'>; capabilitySecret: string; clock: () => Date };
type Claims = z.output<typeof capabilityClaims>;

/**
 * Lets in everybody; the principal is the holder of a collaboration's token, or null without a token.
 * @param secret shared with the service that gives such a token for the PIN of a collaboration
 */
export const donorAuthenticator = (secret: string, clock: () => Date) =>
  optional(
    capabilityAuthenticator({
      ...CAPABILITY_TOKEN,
      secret,
      claims: capabilityClaims,
      clock,
      help: 'Get one with the PIN of the collaboration.',
    }),
  );

/** Whether the caller is the donor of the collaboration, and not an MSME or another donor. */
export const isDonorOf = (principal: Claims | null, collaborationId: string) =>
  principal?.role === 'donor' && principal.sub === collaborationId;

/** No cache may keep what only the donor is shown. */
const headersFor = (isDonor: boolean) => (isDonor ? { 'Cache-Control': 'private, no-store' } : {});
const refused = { 401: { description: 'A token that is not valid here.' } };

export const noSuchLoan = (loanId: string) => notFound('no-such-loan', `There is no loan ${loanId} here.`);

/** What everybody may see of loans. */
export function loanRoutes({ loans, capabilitySecret, clock }: Parts): Route[] {
  const auth = donorAuthenticator(capabilitySecret, clock);
  return [
    defineRoute({
      method: 'get',
      path: '/collaborations/:collaborationId/loans',
      operationId: 'listLoans',
      summary:
        "The loans of a collaboration; empty where it has none. The e-contract page is shown to the donor's token alone.",
      auth,
      params: z.object({ collaborationId: typedCollaborationId }),
      answers: { 200: { description: 'One loan for each capital line.', schema: loanList }, ...refused },
      handle: async ({ principal, params: { collaborationId } }) => {
        const isDonor = isDonorOf(principal, collaborationId);
        const found = await loans.ofCollaboration(collaborationId);
        const items = found.flatMap((loan) =>
          loan.status === 'unknown' ? [] : [viewOf(loan, clock(), isDonor ? 'donor' : 'anyone')],
        );
        return { status: 200, body: { items }, headers: headersFor(isDonor) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/loans/:loanId',
      operationId: 'showLoan',
      summary:
        'One loan: how far it is, its schedule, whose money it is. ' +
        "The e-contract page is shown to the donor's token alone.",
      auth,
      params: z.object({ loanId: lineId }),
      answers: {
        200: { description: 'The loan.', schema: loanView },
        404: { description: 'There is no such loan.' },
        ...refused,
      },
      handle: async ({ principal, params: { loanId } }) => {
        const loan = await loans.known(loanId);
        if (loan === null) throw noSuchLoan(loanId);
        const isDonor = isDonorOf(principal, loan.terms.collaborationId);
        return { status: 200, body: viewOf(loan, clock(), isDonor ? 'donor' : 'anyone'), headers: headersFor(isDonor) };
      },
    }),
  ];
}
