import { type Totals, totals } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';

export function showTotals({ currentTotals }: { currentTotals: () => Promise<Totals> }): Route {
  return defineRoute({
    method: 'get',
    path: '/totals',
    operationId: 'showTotals',
    summary: 'What it all adds up to, as a rule at most one second old; asOf says when it was read.',
    answers: { 200: { description: 'Exact counts and sums of the events that came in.', schema: totals } },
    handle: async () => ({ status: 200, body: await currentTotals() }),
  });
}
