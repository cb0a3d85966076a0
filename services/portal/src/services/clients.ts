import {
  areaList,
  boardList,
  capabilityAnswer,
  collaborationContacts,
  collaborationView,
  confirmReceiptAnswer,
  type ConfirmReceiptRequest,
  fundChain,
  institutionList,
  loanList,
  makeCommitmentAnswer,
  type MakeCommitmentRequest,
  msmeDetail,
  msmeList,
  reportDeliveryAnswer,
  type ReportDeliveryRequest,
  type ScheduleTrainingRequest,
  timeline,
  totals,
  trainingList,
  trainingView,
} from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import type { ServiceName } from '../settings.ts';
import { type Call, createCall, type Reply } from './call.ts';

export type RegistryFilter = {
  q?: string | undefined;
  category?: string | undefined;
  package?: string | undefined;
  kode?: string | undefined;
  open?: string | undefined;
};

const AREAS_CACHED_MS = 10 * 60_000;

/** Caches the last answer for a while. A failure is not cached. */
function memo<T>(ask: () => Promise<Reply<T>>, forMs: number, clock: () => number): () => Promise<Reply<T>> {
  let cached: { reply: Reply<T>; until: number } | undefined;
  return async () => {
    if (cached !== undefined && clock() < cached.until) return cached.reply;
    const reply = await ask();
    cached = reply.kind === 'answer' ? { reply, until: clock() + forMs } : undefined;
    return reply;
  };
}

/** The requests to the MSME registry. */
export function createRegistryClient(call: Call, clock: () => number = Date.now) {
  return {
    list: (filter: RegistryFilter, page: { limit: number; cursor?: string | undefined }) =>
      call({ path: '/msmes', query: { ...filter, limit: String(page.limit), cursor: page.cursor }, answer: msmeList }),
    msme: (msmeId: string) => call({ path: `/msmes/${encodeURIComponent(msmeId)}`, answer: msmeDetail }),
    /** All areas. Their names hardly ever change; their counts may be ten minutes old. */
    areas: memo(() => call({ path: '/areas', answer: areaList }), AREAS_CACHED_MS, clock),
  };
}

/** The requests to the commitment service. Ids are canonical. */
function createCommitmentClient(call: Call) {
  return {
    boards: (msmeIds: readonly string[]) =>
      call({ path: '/boards', query: { msmeIds: msmeIds.join(',') }, answer: boardList }),
    institutions: () => call({ path: '/institutions', answer: institutionList }),
    make: (body: MakeCommitmentRequest, idempotencyKey: string) =>
      call({ method: 'post', path: '/commitments', body, idempotencyKey, answer: makeCommitmentAnswer }),
    collaboration: (id: string) => call({ path: `/collaborations/${id}`, answer: collaborationView }),
    open: (id: string, pin: string) =>
      call({ method: 'post', path: `/collaborations/${id}/capability`, body: { pin }, answer: capabilityAnswer }),
    reportDelivery: (id: string, body: ReportDeliveryRequest, idempotencyKey: string) =>
      call({
        method: 'post',
        path: `/collaborations/${id}/deliveries`,
        body,
        idempotencyKey,
        answer: reportDeliveryAnswer,
      }),
    confirmReceipt: (id: string, body: ConfirmReceiptRequest, bearer: string) =>
      call({ method: 'post', path: `/collaborations/${id}/receipts`, body, bearer, answer: confirmReceiptAnswer }),
    /** The contacts that the bearer may see. Refused if the token belongs to another collaboration. */
    contacts: (id: string, bearer: string) =>
      call({ path: `/collaborations/${id}/contacts`, bearer, answer: collaborationContacts }),
  };
}

/** The requests to the fintech gateway. */
function createGatewayClient(call: Call) {
  return {
    /** The loans of a collaboration; only the donor's token gives the addresses to sign them. */
    loans: (collaborationId: string, bearer?: string) =>
      call({ path: `/collaborations/${collaborationId}/loans`, bearer, answer: loanList }),
    chain: (loanId: string) => call({ path: `/fund/chain/${loanId}`, answer: fundChain }),
  };
}

/** The requests to the training service; `bearer` is the donor's capability token. */
function createTrainingClient(call: Call) {
  const change = (method: 'put' | 'post', trainingId: string, what: string, body: unknown, bearer: string) =>
    call({ method, path: `/trainings/${trainingId}/${what}`, body, bearer, answer: trainingView });
  return {
    trainings: (collaborationId: string) =>
      call({ path: `/collaborations/${collaborationId}/trainings`, answer: trainingList }),
    schedule: (id: string, body: ScheduleTrainingRequest, bearer: string) =>
      change('put', id, 'schedule', body, bearer),
    recordAttendance: (id: string, body: { msmeId: string; attended: number }, bearer: string) =>
      change('post', id, 'attendance', body, bearer),
    hold: (id: string, bearer: string) => change('post', id, 'holding', {}, bearer),
    report: (id: string, summary: string, bearer: string) => change('post', id, 'report', { summary }, bearer),
  };
}

/** The requests to the reporting service. */
function createReportingClient(call: Call) {
  return {
    totals: () => call({ path: '/totals', answer: totals }),
    timeline: (collaborationId: string) =>
      call({ path: `/collaborations/${collaborationId}/timeline`, answer: timeline }),
  };
}

export type Services = ReturnType<typeof createServices>;

/** One typed client for each service whose data the portal shows. */
export function createServices(addresses: Record<ServiceName, string>, log: Log) {
  const to = (service: ServiceName) => createCall(service, addresses[service], log);
  return {
    registry: createRegistryClient(to('msme-registry')),
    commitment: createCommitmentClient(to('commitment')),
    gateway: createGatewayClient(to('fintech-gateway')),
    training: createTrainingClient(to('training')),
    reporting: createReportingClient(to('reporting')),
  };
}
