import {
  boardList,
  capabilityAnswer,
  collaborationContacts,
  collaborationView,
  confirmReceiptAnswer,
  type ConfirmReceiptRequest,
  institutionList,
  makeCommitmentAnswer,
  type MakeCommitmentRequest,
  reportDeliveryAnswer,
  type ReportDeliveryRequest,
} from '@ksbb/contracts';
import type { Call } from './call.ts';

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
