import { lineId, msmeId, needId, partner, rupiah } from '@ksbb/contracts';
import { conflict, defineRoute, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { LendOn } from './relender.ts';
import { decide, type RelendingRefusal } from './relending/decide.ts';
import { type Relending, relendingIdOfProposal } from './relending/relending.ts';
import type { Relendings } from './stores/relendings.ts';

type Parts = {
  relendings: Pick<Relendings, 'awaitingApproval' | 'decide'>;
  lendOn: Pick<LendOn, 'propose'>;
  operatorToken: string;
};

const MOST = 200;
const approval = z.object({ relendId: z.string(), fromLoanId: lineId, partner, msmeId, needId, amountRupiah: rupiah });

function approvalView(relending: Relending): z.output<typeof approval>[] {
  if (relending.status !== 'awaiting-approval') return [];
  const { loanId: fromLoanId, partner: name } = relending.origin;
  return [{ ...relending.proposal, fromLoanId, partner: name }];
}

/** Where a setting says so an officer decides on each proposal before it goes out. For operators. */
export function approvalRoutes({ relendings, lendOn, operatorToken }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/fund/approvals',
      operationId: 'showApprovals',
      summary: 'Repaid money that waits for an officer, at most 200. For operators.',
      bearer: true,
      answers: { 200: { description: 'To whom it would be lent.', schema: z.object({ items: z.array(approval) }) } },
      handle: async ({ request }) => {
        requireBearer(request, operatorToken);
        return { status: 200, body: { items: (await relendings.awaitingApproval(MOST)).flatMap(approvalView) } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/fund/approvals/:relendId',
      operationId: 'decideApproval',
      summary: 'Approves a proposal, or turns it down and lets the next in need be found. For operators.',
      params: z.object({
        relendId: z
          .string()
          .max(100)
          .regex(/^relend\..+\.\d+$/, 'the id of a proposal'),
      }),
      body: z.strictObject({ decision: z.enum(['approve', 'turn-down'], 'approve or turn-down') }),
      bearer: true,
      answers: { 204: { description: 'Decided.' }, 409: { description: 'No such proposal waits.' } },
      handle: async ({ request, params: { relendId }, body: { decision } }) => {
        requireBearer(request, operatorToken);
        const id = relendingIdOfProposal(relendId);
        const result = await relendings.decide<RelendingRefusal>(id, (state) =>
          decide(state, { kind: decision, relendId }),
        );
        if ('refused' in result) throw conflict('no-such-proposal', `No proposal ${relendId} waits for a decision.`);
        await lendOn.propose(id);
        return { status: 204 };
      },
    }),
  ];
}
