import { timestamp } from '@ksbb/contracts';
import { z } from 'zod';
import type { PartnerReport } from '../../kernel/partner-report.ts';
import { happened } from '../message.ts';
import type { ContractToForward, PartnerMessage, Movement } from '../partner.ts';

const rupiah = z.int().min(1);
const number = z.int().min(1);
const text = z.string().min(1).max(200);
const schedule = z.array(z.object({ instalment: number, due_date: z.iso.date(), amount: rupiah })).max(24);

export const takenSchema = z.object({ loan: z.object({ id: text, sign_url: z.url() }) });

export const statusSchema = z.object({
  loan: z.object({
    id: text,
    parent_loan_id: text.nullable(),
    sign_url: z.url(),
    principal: rupiah,
    repaid: z.int().min(0),
    signed_at: timestamp.nullable(),
    declined_at: timestamp.nullable(),
    disbursed_at: timestamp.nullable(),
    completed_at: timestamp.nullable(),
    cancelled_at: timestamp.nullable(),
    written_off_at: timestamp.nullable(),
    written_off: z.int().min(0),
    schedule,
    repayments: z
      .array(z.object({ repayment_id: text, instalment: number, amount: rupiah, paid_at: timestamp }))
      .max(100),
  }),
});

export const statementSchema = z.object({
  movements: z
    .array(
      z.object({
        kind: z.enum(['disbursement', 'repayment', 'write_off']),
        external_id: text,
        repayment_id: text.nullable(),
        amount: rupiah,
        occurred_at: timestamp,
      }),
    )
    .max(10_000),
  next_cursor: z.string().max(500).nullable(),
});

export function movementsOf({ movements }: z.output<typeof statementSchema>): Movement[] {
  return movements.map(
    ({ kind, external_id: reference, repayment_id: repaymentId, amount: amountRupiah, occurred_at: at }) => {
      return { kind: kind === 'write_off' ? 'write-off' : kind, reference, repaymentId, amountRupiah, at };
    },
  );
}

const about = { id: text, loan_id: text, external_id: text, seq: number, occurred_at: timestamp };
export const eventSchema = z.discriminatedUnion('type', [
  z.object({ ...about, type: z.literal('loan.signed') }),
  z.object({ ...about, type: z.literal('loan.declined') }),
  z.object({
    ...about,
    type: z.literal('loan.disbursed'),
    data: z.object({ amount: rupiah, schedule: schedule.min(1) }),
  }),
  z.object({
    ...about,
    type: z.literal('loan.repayment'),
    data: z.object({ repayment_id: text, instalment: number, amount: rupiah }),
  }),
  z.object({ ...about, type: z.literal('loan.completed'), data: z.object({ total_repaid: rupiah }) }),
  z.object({ ...about, type: z.literal('loan.cancelled') }),
  z.object({ ...about, type: z.literal('loan.written_off'), data: z.object({ amount: rupiah }) }),
]);
export type EventMessage = z.output<typeof eventSchema>;

/** A page of the feed; its events are read one by one, so that one that does not fit holds up no other. */
export const pageSchema = z.object({
  events: z.array(z.unknown()).max(200),
  next_cursor: z.string().max(500),
  has_more: z.boolean(),
});

const scheduleOf = (dto: z.output<typeof schedule>) =>
  dto.map(({ instalment, due_date: dueDate, amount: amountRupiah }) => ({ instalment, dueDate, amountRupiah }));

/** The body of a new loan: always the same bytes for the same contract. */
export function loanBody({
  reference,
  borrower,
  amountRupiah,
  instalments,
  parentContractId,
}: ContractToForward): string {
  return JSON.stringify({
    external_id: reference,
    borrower: { ref: borrower.msmeId, name: borrower.name, area: borrower.kelurahan },
    principal: amountRupiah,
    term_months: instalments,
    ...(parentContractId === null ? {} : { parent_loan_id: parentContractId }),
  });
}

function reportOf(event: EventMessage): PartnerReport {
  const at = event.occurred_at;
  switch (event.type) {
    case 'loan.signed':
      return { kind: 'signed', at };
    case 'loan.declined':
      return { kind: 'declined', at };
    case 'loan.disbursed':
      return { kind: 'disbursed', at, amountRupiah: event.data.amount, schedule: scheduleOf(event.data.schedule) };
    case 'loan.repayment': {
      const { repayment_id: repaymentId, instalment, amount: amountRupiah } = event.data;
      return { kind: 'repayment', at, repaymentId, instalment, amountRupiah };
    }
    case 'loan.completed':
      return { kind: 'completed', at, totalRupiah: event.data.total_repaid };
    case 'loan.cancelled':
      return { kind: 'cancelled', at };
    case 'loan.written_off':
      return { kind: 'written-off', at, amountRupiah: event.data.amount };
    default:
      return event satisfies never;
  }
}

export function messageOf(event: EventMessage): PartnerMessage {
  return { deliveryId: event.id, reference: event.external_id, report: reportOf(event) };
}

/** The id of an event that may not have the agreed shape. */
export function idOf(event: unknown): string {
  const result = z.object({ id: text }).safeParse(event);
  return result.success ? result.data.id.slice(0, 100) : 'none';
}

/** Everything that a status says has happened. */
export function reportsOf({ loan }: z.output<typeof statusSchema>): PartnerReport[] {
  const repayments = loan.repayments.map(
    ({ repayment_id: repaymentId, instalment, amount: amountRupiah, paid_at: at }) => {
      return { kind: 'repayment', at, repaymentId, instalment, amountRupiah } as const;
    },
  );
  return happened([
    { kind: 'signed', at: loan.signed_at },
    { kind: 'declined', at: loan.declined_at },
    { kind: 'disbursed', at: loan.disbursed_at, amountRupiah: loan.principal, schedule: scheduleOf(loan.schedule) },
    ...repayments,
    { kind: 'completed', at: loan.completed_at, totalRupiah: loan.repaid },
    { kind: 'cancelled', at: loan.cancelled_at },
    { kind: 'written-off', at: loan.written_off_at, amountRupiah: loan.written_off },
  ]);
}
