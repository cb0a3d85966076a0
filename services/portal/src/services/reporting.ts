import { timeline, totals } from '@ksbb/contracts';
import type { Call } from './call.ts';

export type ReportingClient = ReturnType<typeof createReportingClient>;

/** What the portal asks of the reporting service. */
export function createReportingClient(call: Call) {
  return {
    totals: () => call({ path: '/totals', answer: totals }),
    timeline: (collaborationId: string) =>
      call({ path: `/collaborations/${collaborationId}/timeline`, answer: timeline }),
  };
}
