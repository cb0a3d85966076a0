import { confirmReceiptAnswer, confirmReceiptRequest } from '@ksbb/contracts';
import { conflict, defineRoute, Problem, type Route, unprocessable } from '@ksbb/service-kit';
import type { Capabilities } from '../access/capability.ts';
import { collaborationParams, findCommitment } from '../access/find-commitment.ts';
import type { CommitmentRefusal } from '../commitment/commands.ts';
import { lineOf } from '../commitment/commitment.ts';
import { decide } from '../commitment/decide.ts';
import type { Commitments } from '../stores.ts';

type Parts = { commitments: Commitments; capabilities: Capabilities; clock: () => Date };

function problemOf(refusal: CommitmentRefusal): Problem {
  switch (refusal.refused) {
    case 'no-such-line':
      return unprocessable('no-such-line', 'This collaboration has no such line.', [
        { pointer: '/lineId', detail: 'A line of this collaboration.' },
      ]);
    case 'no-such-report':
      return unprocessable('no-such-report', 'There is no such report on this line.', [
        { pointer: '/reportId', detail: 'A delivery report of this line.' },
      ]);
    case 'not-your-line':
      return new Problem(403, 'other-msme', 'This line is for another MSME, not for the one of this token.');
    case 'more-than-reported':
      return unprocessable('more-than-reported', 'The MSME cannot receive more than was reported.', [
        { pointer: '/quantity', detail: `At most ${refusal.reported}, as was reported.` },
      ]);
    case 'already-confirmed':
      return conflict('already-confirmed', `This report was confirmed before, with ${refusal.confirmed}.`, {
        confirmedQuantity: refusal.confirmed,
      });
    default:
      return conflict(
        'not-confirmed-yet',
        'The lines of this collaboration are still being reserved. Try again in a moment.',
      );
  }
}

/**
 * `POST /collaborations/:collaborationId/receipts`: an MSME confirms how much of a report it received, once for each report
 * and line. So the route is idempotent without a key.
 */
export function confirmReceipt({ commitments, capabilities, clock }: Parts): Route {
  return defineRoute({
    method: 'post',
    path: '/collaborations/:collaborationId/receipts',
    operationId: 'confirmReceipt',
    summary: 'The MSME confirms how much of a delivery it received.',
    params: collaborationParams,
    body: confirmReceiptRequest,
    bearer: true,
    answers: {
      200: {
        description: 'The reported and the confirmed quantity, and their difference.',
        schema: confirmReceiptAnswer,
      },
      403: { description: 'other-collaboration, other-msme, or not-an-msme: the token is for something else.' },
      409: { description: 'already-confirmed, with another quantity.' },
      422: { description: 'no-such-line, no-such-report, or more-than-reported.' },
    },
    handle: async ({ params, body, request }) => {
      const { collaborationId } = (await findCommitment(commitments, params.collaborationId)).request;
      const capability = await capabilities.require(request, collaborationId);
      if (capability.role !== 'msme') throw new Problem(403, 'not-an-msme', 'Only the MSME can confirm a receipt.');
      const { lineId, reportId, quantity } = body;
      const result = await commitments.decide(collaborationId, (state) => {
        return decide(state, { type: 'confirm-receipt', msmeId: capability.msmeId, ...body }, clock());
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
