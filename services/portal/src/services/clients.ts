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

const AREAS_KEPT_MS = 10 * 60_000;

/** Caches the last answer for a while. A failure is not cached. */
function remembered<T>(ask: () => Promise<Reply<T>>, forMs: number, clock: () => number): () => Promise<Reply<T>> {
  let cached: { reply: Reply<T>; until: number } | undefined;
  return async () => {
    if (cached !== undefined && clock() < cached.until) return cached.reply;
    const reply = await ask();
    cached = reply.kind === 'answer' ? { reply, until: clock() + forMs } : undefined;
    return reply;
  };
}

export type RegistryClient = ReturnType<typeof createRegistryClient>;

/** What the portal asks of the MSME registry. */
export function createRegistryClient(call: Call, clock: () => number = Date.now) {
  return {
    list: (filter: RegistryFilter, page: { limit: number; cursor?: string | undefined }) =>
      call({ path: '/msmes', query: { ...filter, limit: String(page.limit), cursor: page.cursor }, answer: msmeList }),
    msme: (msmeId: string) => call({ path: `/msmes/${encodeURIComponent(msmeId)}`, answer: msmeDetail }),
    /** The names of the areas, which hardly ever change; their counts may be some minutes old. */
    areas: remembered(() => call({ path: '/areas', answer: areaList }), AREAS_KEPT_MS, clock),
  };
}

export type CommitmentClient = ReturnType<typeof createCommitmentClient>;

/** What the portal asks of the commitment service. Ids are canonical. */
export function createCommitmentClient(call: Call) {
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
    /** Whom to get in touch with, as the bearer may see it. Refused where the token is not for this collaboration. */
    contacts: (id: string, bearer: string) =>
      call({ path: `/collaborations/${id}/contacts`, bearer, answer: collaborationContacts }),
  };
}

export type GatewayClient = ReturnType<typeof createGatewayClient>;

/** What the portal asks of the fintech gateway. */
export function createGatewayClient(call: Call) {
  return {
    /** With the donor's token, also where a contract is signed. */
    loans: (collaborationId: string, bearer?: string) =>
      call({ path: `/collaborations/${collaborationId}/loans`, bearer, answer: loanList }),
    chain: (loanId: string) => call({ path: `/fund/chain/${loanId}`, answer: fundChain }),
  };
}

export type TrainingClient = ReturnType<typeof createTrainingClient>;

/** What the portal asks of the training service; `bearer` is the donor's capability token. */
export function createTrainingClient(call: Call) {
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

export type ReportingClient = ReturnType<typeof createReportingClient>;

/** What the portal asks of the reporting service. */
export function createReportingClient(call: Call) {
  return {
    totals: () => call({ path: '/totals', answer: totals }),
    timeline: (collaborationId: string) =>
      call({ path: `/collaborations/${collaborationId}/timeline`, answer: timeline }),
  };
}

export type Services = {
  registry: RegistryClient;
  commitment: CommitmentClient;
  gateway: GatewayClient;
  training: TrainingClient;
  reporting: ReportingClient;
};

/** One typed client for each service that the portal shows something of. */
export function createServices(addresses: Record<ServiceName, string>, log: Log): Services {
  const to = (service: ServiceName) => createCall(service, addresses[service], log);
  return {
    registry: createRegistryClient(to('msme-registry')),
    commitment: createCommitmentClient(to('commitment')),
    gateway: createGatewayClient(to('fintech-gateway')),
    training: createTrainingClient(to('training')),
    reporting: createReportingClient(to('reporting')),
  };
}
