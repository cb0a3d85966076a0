import { confirmReceiptAnswer, confirmReceiptRequest } from '@ksbb/contracts';
import { defineRoute, Problem, type Route } from '@ksbb/service-kit';
import { type Capabilities, requireCollaboration } from '../access/capability.ts';
import { collaborationParams, findCommitment } from '../access/find-commitment.ts';
import { lineOf } from '../commitment/commitment.ts';
import { decide } from '../commitment/decide.ts';
import type { Commitments } from '../stores.ts';
import { problemOf } from './refusals.ts';

type Parts = { commitments: Commitments; capabilities: Capabilities; clock: () => Date };

/**
 * `POST /collaborations/:collaborationId/receipts`: an MSME confirms how much of a report it received, once for each
 * report and line. So the route is idempotent without a key.
 */
export function confirmReceipt({ commitments, capabilities, clock }: Parts): Route {
  return defineRoute({
    auth: capabilities.bearer,
    method: 'post',
    path: '/collaborations/:collaborationId/receipts',
    operationId: 'confirmReceipt',
    summary: 'The MSME confirms how much of a delivery it received.',
    params: collaborationParams,
    body: confirmReceiptRequest,
    answers: {
      200: {
        description: 'The reported and the confirmed quantity, and their difference.',
        schema: confirmReceiptAnswer,
      },
      403: { description: 'other-collaboration, other-msme, or not-an-msme: the token is for something else.' },
      409: { description: 'already-confirmed, with another quantity.' },
      422: { description: 'no-such-line, no-such-report, or more-than-reported.' },
    },
    handle: async ({ params, body, principal }) => {
      const { collaborationId } = (await findCommitment(commitments, params.collaborationId)).request;
      requireCollaboration(principal, collaborationId);
      if (principal.role !== 'msme') throw new Problem(403, 'not-an-msme', 'Only the MSME can confirm a receipt.');
      const { lineId, reportId, quantity } = body;
      const result = await commitments.decide(collaborationId, (state) => {
        return decide(state, { type: 'confirm-receipt', msmeId: principal.msmeId, ...body }, clock());
      });
      if ('refused' in result) throw problemOf(result);
      const reported =
        lineOf(result.state, lineId)?.reports.find((report) => report.reportId === reportId)?.reported ?? quantity;
      return {
        status: 200,
        body: { lineId, reportedQuantity: reported, confirmedQuantity: quantity, difference: reported - quantity },
      };
    },
  });
}
