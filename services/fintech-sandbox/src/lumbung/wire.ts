import { z } from 'zod';
import { type CallbackMessage, eventAt, eventId, repaymentNo } from '../callbacks/message.ts';
import {
  contractOf,
  type ContractEvent,
  type Instalment,
  outstandingRupiah,
  repaidRupiah,
  type Terms,
} from '../contract/contract.ts';
import type { ContractRecord } from '../contract/record.ts';
import { identifier, instalments, MAX_PRINCIPAL_RUPIAH, reference, shortText } from '../partner/fields.ts';
import type { StatementPage } from '../partner/statement.ts';
import type { PartnerRefusal, RefusalKind } from '../partner/refusal.ts';

export const createLoan = z.strictObject({
  external_id: reference,
  borrower: z.strictObject({ ref: identifier, name: shortText, area: shortText }),
  principal: z.int('whole rupiah').min(1, 'at least 1').max(MAX_PRINCIPAL_RUPIAH, 'at most 1000000000000'),
  term_months: instalments,
  parent_loan_id: identifier.optional(),
});

const EVENT_TYPE = {
  signed: 'loan.signed',
  declined: 'loan.declined',
  disbursed: 'loan.disbursed',
  repaid: 'loan.repayment',
  completed: 'loan.completed',
  cancelled: 'loan.cancelled',
  'written-off': 'loan.written_off',
} as const;

const STATUS = {
  'pending-signature': 'pending_signature',
  signed: 'signed',
  declined: 'declined',
  disbursed: 'disbursed',
  repaying: 'repaying',
  completed: 'completed',
  cancelled: 'cancelled',
  'written-off': 'written_off',
} as const;

const CODE: Record<RefusalKind, string> = {
  'invalid-field': 'invalid_field',
  'key-missing': 'idempotency_key_required',
  unauthorized: 'unauthorized',
  'not-found': 'not_found',
  'in-progress': 'request_in_progress',
  'key-reused': 'idempotency_key_reused',
  'other-terms': 'external_id_taken',
  'parent-not-signed': 'parent_not_signed',
  'principal-too-small': 'principal_too_small',
  'paid-out': 'already_disbursed',
  fault: 'sandbox_fault',
};

export function refusalBody({ kind, message, field }: PartnerRefusal) {
  return { error: { code: CODE[kind], message, ...(field === undefined ? {} : { field }) } };
}

function scheduleBody(schedule: Instalment[]) {
  return schedule.map(({ instalment, dueDate, amountRupiah }) => ({
    instalment,
    due_date: dueDate,
    amount: amountRupiah,
  }));
}

export function termsOf({ borrower, principal, term_months, parent_loan_id }: z.output<typeof createLoan>): Terms {
  return {
    borrower: { id: borrower.ref, name: borrower.name, area: borrower.area },
    principalRupiah: principal,
    instalments: term_months,
    parentContractNo: parent_loan_id ?? null,
  };
}

export function createdBody(record: ContractRecord, signUrl: string) {
  const { status } = contractOf(record.events);
  return { loan: { id: record.contractNo, external_id: record.reference, status: STATUS[status], sign_url: signUrl } };
}

export function loanBody(record: ContractRecord, signUrl: string) {
  const loan = contractOf(record.events);
  const { borrower, principalRupiah, instalments: months, parentContractNo } = loan.terms;
  const repayments = 'repayments' in loan ? loan.repayments : [];
  const paid = new Set(repayments.map(({ instalment }) => instalment));
  return {
    loan: {
      id: record.contractNo,
      external_id: record.reference,
      parent_loan_id: parentContractNo,
      status: STATUS[loan.status],
      seq: loan.sequence,
      sign_url: signUrl,
      borrower: { ref: borrower.id, name: borrower.name, area: borrower.area },
      principal: principalRupiah,
      term_months: months,
      repaid: repaidRupiah(loan),
      outstanding: outstandingRupiah(loan),
      created_at: loan.openedAt,
      signed_at: 'signedAt' in loan ? loan.signedAt : null,
      declined_at: 'declinedAt' in loan ? loan.declinedAt : null,
      disbursed_at: 'disbursedAt' in loan ? loan.disbursedAt : null,
      completed_at: 'completedAt' in loan ? loan.completedAt : null,
      cancelled_at: 'cancelledAt' in loan ? loan.cancelledAt : null,
      written_off_at: 'writtenOffAt' in loan ? loan.writtenOffAt : null,
      written_off: 'writtenOffRupiah' in loan ? loan.writtenOffRupiah : 0,
      schedule:
        'schedule' in loan
          ? scheduleBody(loan.schedule).map((row) => ({ ...row, paid: paid.has(row.instalment) }))
          : [],
      repayments: repayments.map(({ number, instalment, amountRupiah, sequence, paidAt }) => ({
        repayment_id: repaymentNo(record, number),
        instalment,
        amount: amountRupiah,
        seq: sequence,
        paid_at: paidAt,
      })),
    },
  };
}

/** One page of the statement of a day. */
export function statementBody(date: string, { lines, nextCursor }: StatementPage) {
  const movements = lines.map(({ kind, record, number, amountRupiah, at }) => ({
    kind: kind.replace('-', '_'),
    loan_id: record.contractNo,
    external_id: record.reference,
    repayment_id: number === null ? null : repaymentNo(record, number),
    amount: amountRupiah,
    occurred_at: at,
  }));
  return { date, movements, next_cursor: nextCursor };
}

function dataOf(record: ContractRecord, event: Exclude<ContractEvent, { type: 'opened' }>) {
  const { terms } = contractOf(record.events);
  switch (event.type) {
    case 'signed':
      return {
        signed_by: event.signedBy,
        ...(terms.parentContractNo === null ? {} : { parent_loan_id: terms.parentContractNo }),
      };
    case 'declined':
      return {};
    case 'disbursed':
      return { amount: terms.principalRupiah, schedule: scheduleBody(event.schedule) };
    case 'repaid':
      return {
        repayment_id: repaymentNo(record, event.number),
        instalment: event.instalment,
        amount: event.amountRupiah,
      };
    case 'completed':
      return { total_repaid: event.totalRupiah };
    case 'cancelled':
      return {};
    case 'written-off':
      return { amount: event.amountRupiah };
    default:
      return event satisfies never;
  }
}

/** The event as it stands in the feed and in callbacks. @throws Error for the opening, of which nobody is told. */
export function messageOf(record: ContractRecord, sequence: number): CallbackMessage {
  const event = eventAt(record, sequence);
  if (event.type === 'opened') throw new Error('an opening is not called back');
  const [id, name] = [eventId(record, sequence), EVENT_TYPE[event.type]];
  const { contractNo: loan_id, reference: external_id } = record;
  const body = {
    id,
    type: name,
    loan_id,
    external_id,
    seq: sequence,
    occurred_at: event.at,
    data: dataOf(record, event),
  };
  return { deliveryId: id, name, body };
}
