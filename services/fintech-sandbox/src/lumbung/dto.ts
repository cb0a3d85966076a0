import { z } from 'zod';
import type { CallbackMessage } from '../callbacks/send.ts';
import { contractOf, type ContractEvent, detailsOf, type Instalment, type Terms } from '../contract/contract.ts';
import { type ContractRecord, eventAt, eventId, repaymentNo } from '../contract/record.ts';
import { identifier, instalments, MAX_PRINCIPAL_RUPIAH, reference, shortText } from '../partner/fields.ts';
import type { PartnerRefusal, RefusalKind } from '../partner/refusal.ts';
import type { StatementPage } from '../partner/statement.ts';

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

function snakeCase(word: string): string {
  return word.replace('-', '_');
}

function instalmentBody({ instalment, dueDate, amountRupiah }: Instalment) {
  return { instalment, due_date: dueDate, amount: amountRupiah };
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
  return {
    loan: { id: record.contractNo, external_id: record.reference, status: snakeCase(status), sign_url: signUrl },
  };
}

export function loanBody(record: ContractRecord, signUrl: string) {
  const loan = contractOf(record.events);
  const { terms, status, sequence, openedAt } = loan;
  const { schedule, repayments, ...details } = detailsOf(loan);
  const { borrower } = terms;
  return {
    loan: {
      id: record.contractNo,
      external_id: record.reference,
      parent_loan_id: terms.parentContractNo,
      status: snakeCase(status),
      seq: sequence,
      sign_url: signUrl,
      borrower: { ref: borrower.id, name: borrower.name, area: borrower.area },
      principal: terms.principalRupiah,
      term_months: terms.instalments,
      repaid: details.repaidRupiah,
      outstanding: details.outstandingRupiah,
      created_at: openedAt,
      signed_at: details.signedAt,
      declined_at: details.declinedAt,
      disbursed_at: details.disbursedAt,
      completed_at: details.completedAt,
      cancelled_at: details.cancelledAt,
      written_off_at: details.writtenOffAt,
      written_off: details.writtenOffRupiah,
      schedule: schedule.map(({ paid, ...instalment }) => ({ ...instalmentBody(instalment), paid })),
      repayments: repayments.map(({ number, instalment, amountRupiah, sequence: seq, paidAt }) => ({
        repayment_id: repaymentNo(record, number),
        instalment,
        amount: amountRupiah,
        seq,
        paid_at: paidAt,
      })),
    },
  };
}

export function statementBody(date: string, { lines, nextCursor }: StatementPage) {
  const movements = lines.map(({ kind, record, number, amountRupiah, at }) => ({
    kind: snakeCase(kind),
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
    case 'cancelled':
      return {};
    case 'disbursed':
      return { amount: terms.principalRupiah, schedule: event.schedule.map(instalmentBody) };
    case 'repaid':
      return {
        repayment_id: repaymentNo(record, event.number),
        instalment: event.instalment,
        amount: event.amountRupiah,
      };
    case 'completed':
      return { total_repaid: event.totalRupiah };
    case 'written-off':
      return { amount: event.amountRupiah };
    default:
      return event satisfies never;
  }
}

/** The event as the feed and the callbacks have it. @throws Error for the opening, which is in neither. */
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
