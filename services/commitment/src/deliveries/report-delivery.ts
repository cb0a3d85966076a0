import { reportDeliveryAnswer, reportDeliveryRequest, type ReportDeliveryRequest } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';
import type { CheckPin } from '../access/check-pin.ts';
import { collaborationParams, findCommitment } from '../access/find-commitment.ts';
import { hashOfKey } from '../access/pin.ts';
import { type Commitment, lineOf } from '../commitment/commitment.ts';
import { decide } from '../commitment/decide.ts';
import { promisedOn } from '../commitment/line.ts';
import type { Commitments } from '../stores.ts';
import { problemOf } from './refusals.ts';

type Parts = { commitments: Commitments; checkPin: CheckPin; clock: () => Date };

/** The answer of the first request, also for a repeat. */
function answerOf(state: Commitment, reportId: string, { lines }: ReportDeliveryRequest) {
  return {
    reportId,
    lines: lines.flatMap(({ lineId, quantity }) => {
      const line = lineOf(state, lineId);
      if (line === undefined) return [];
      const upToThis = line.reports.slice(0, line.reports.findIndex((report) => report.reportId === reportId) + 1);
      const reportedTotal = upToThis.reduce((total, { reported }) => total + reported, 0);
      return [{ lineId, quantity, reportedTotal, promised: promisedOn(line) }];
    }),
  };
}

/**
 * `POST /collaborations/:collaborationId/deliveries`: the donor reports delivered goods, with the PIN. Records all of
 * it or nothing.
 */
export function reportDelivery({ commitments, checkPin, clock }: Parts): Route {
  return defineRoute({
    auth: 'public',
    method: 'post',
    path: '/collaborations/:collaborationId/deliveries',
    operationId: 'reportDelivery',
    summary: 'Report goods delivered, with the PIN.',
    params: collaborationParams,
    body: reportDeliveryRequest,
    idempotent: true,
    answers: {
      201: { description: 'The report, with what was reported on each line so far.', schema: reportDeliveryAnswer },
      403: { description: 'wrong-pin with `attemptsLeft`, or no-pin.' },
      422: {
        description: 'impossible-delivery, which names each impossible line and quantity, or idempotency-key-reused.',
      },
      429: { description: 'too-many-attempts, with Retry-After.' },
    },
    handle: async ({ params, body, idempotencyKey }) => {
      const commitment = await findCommitment(commitments, params.collaborationId);
      await checkPin(commitment, body.pin);
      const reportId = hashOfKey(idempotencyKey);
      const { lines, note } = body;
      const result = await commitments.decide(commitment.request.collaborationId, (state) => {
        return decide(state, { type: 'report-delivery', reportId, lines, note }, clock());
      });
      if ('refused' in result) throw problemOf(result);
      return { status: 201, body: answerOf(result.state, reportId, body) };
    },
  });
}
