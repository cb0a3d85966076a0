import { timestamp } from '@ksbb/contracts';
import { z } from 'zod';
import type { PartnerReport } from '../../kernel/partner-report.ts';
import { happened } from '../message.ts';
import type { ContractToForward, PartnerMessage, Movement } from '../partner.ts';

/** Whole rupiah with two decimals, such as 6000000.00. */
const amountOf = (pattern: RegExp) =>
  z
    .object({ value: z.string().regex(pattern, 'whole rupiah such as 6000000.00'), currency: z.literal('IDR') })
    .transform(({ value }) => Number(value));
const amount = amountOf(/^[1-9]\d{0,14}\.00$/);
const amountOrZero = amountOf(/^(0|[1-9]\d{0,14})\.00$/);
const number = z.int().min(1);
const schedule = z
  .array(z.object({ instalment: number, dueDate: z.iso.date(), amount }))
  .min(1)
  .max(24);
const text = z.string().min(1).max(200);

export const takenSchema = z.object({ referenceNo: text, eContractUrl: z.url() });

export const statusSchema = z.object({
  referenceNo: text,
  underMasterContract: text.nullable(),
  eContractUrl: z.url(),
  amount,
  signedAt: timestamp.nullable(),
  declinedAt: timestamp.nullable(),
  disbursedAt: timestamp.nullable(),
  completedAt: timestamp.nullable(),
  cancelledAt: timestamp.nullable(),
  writtenOffAt: timestamp.nullable(),
  writtenOffAmount: amountOrZero,
  repaidAmount: amountOrZero,
  schedule: z.array(z.object({ instalment: number, dueDate: z.iso.date(), amount })).max(24),
  repayments: z.array(z.object({ repaymentNo: text, instalment: number, amount, paidAt: timestamp })).max(100),
});

export const statementSchema = z.object({
  movements: z
    .array(
      z.object({
        type: z.enum(['DISBURSEMENT', 'REPAYMENT', 'WRITE_OFF']),
        partnerReferenceNo: text,
        repaymentNo: text.nullable(),
        amount,
        occurredAt: timestamp,
      }),
    )
    .max(10_000),
  nextCursor: z.string().max(500).nullable(),
});

const MOVEMENT_KIND = { DISBURSEMENT: 'disbursement', REPAYMENT: 'repayment', WRITE_OFF: 'write-off' } as const;

export function movementsOf({ movements }: z.output<typeof statementSchema>): Movement[] {
  return movements.map(
    ({ type, partnerReferenceNo: reference, repaymentNo: repaymentId, amount: amountRupiah, occurredAt: at }) => {
      return { kind: MOVEMENT_KIND[type], reference, repaymentId, amountRupiah, at };
    },
  );
}

const about = { referenceNo: text, partnerReferenceNo: text, sequence: number, occurredAt: timestamp };
export const callbackSchema = z.discriminatedUnion('event', [
  z.object({ ...about, event: z.literal('CONTRACT_SIGNED') }),
  z.object({ ...about, event: z.literal('CONTRACT_DECLINED') }),
  z.object({ ...about, event: z.literal('DISBURSED'), data: z.object({ amount, schedule }) }),
  z.object({
    ...about,
    event: z.literal('REPAYMENT'),
    data: z.object({ repaymentNo: text, instalment: number, amount }),
  }),
  z.object({ ...about, event: z.literal('COMPLETED'), data: z.object({ totalRepaid: amount }) }),
  z.object({ ...about, event: z.literal('CANCELLED') }),
  z.object({ ...about, event: z.literal('WRITTEN_OFF'), data: z.object({ amount }) }),
]);
export type CallbackMessage = z.output<typeof callbackSchema>;

type Scheduled = { instalment: number; dueDate: string; amount: number };
const scheduleOf = (dto: Scheduled[]) =>
  dto.map(({ instalment, dueDate, amount: amountRupiah }) => ({ instalment, dueDate, amountRupiah }));

/** The body of a new contract: always the same bytes for the same contract. */
export function contractBody({
  reference,
  borrower,
  amountRupiah,
  instalments,
  parentContractId,
}: ContractToForward): string {
  return JSON.stringify({
    partnerReferenceNo: reference,
    borrower: { id: borrower.msmeId, name: borrower.name, kelurahan: borrower.kelurahan },
    amount: { value: `${amountRupiah}.00`, currency: 'IDR' },
    instalments,
    ...(parentContractId === null ? {} : { underMasterContract: parentContractId }),
  });
}

function reportOf(message: CallbackMessage): PartnerReport {
  const at = message.occurredAt;
  switch (message.event) {
    case 'CONTRACT_SIGNED':
      return { kind: 'signed', at };
    case 'CONTRACT_DECLINED':
      return { kind: 'declined', at };
    case 'DISBURSED':
      return { kind: 'disbursed', at, amountRupiah: message.data.amount, schedule: scheduleOf(message.data.schedule) };
    case 'REPAYMENT': {
      const { repaymentNo: repaymentId, instalment, amount: amountRupiah } = message.data;
      return { kind: 'repayment', at, repaymentId, instalment, amountRupiah };
    }
    case 'COMPLETED':
      return { kind: 'completed', at, totalRupiah: message.data.totalRepaid };
    case 'CANCELLED':
      return { kind: 'cancelled', at };
    case 'WRITTEN_OFF':
      return { kind: 'written-off', at, amountRupiah: message.data.amount };
    default:
      return message satisfies never;
  }
}

export function messageOf(message: CallbackMessage): PartnerMessage {
  const deliveryId = `${message.referenceNo}-E${message.sequence}`;
  return { deliveryId, reference: message.partnerReferenceNo, report: reportOf(message) };
}

/** Everything that a status says has happened. */
export function reportsOf(status: z.output<typeof statusSchema>): PartnerReport[] {
  const { signedAt, declinedAt, disbursedAt, completedAt, cancelledAt, writtenOffAt, amount: amountRupiah } = status;
  const repayments = status.repayments.map(({ repaymentNo, instalment, amount: repaidRupiah, paidAt: at }) => {
    return { kind: 'repayment', at, repaymentId: repaymentNo, instalment, amountRupiah: repaidRupiah } as const;
  });
  return happened([
    { kind: 'signed', at: signedAt },
    { kind: 'declined', at: declinedAt },
    { kind: 'disbursed', at: disbursedAt, amountRupiah, schedule: scheduleOf(status.schedule) },
    ...repayments,
    { kind: 'completed', at: completedAt, totalRupiah: status.repaidAmount },
    { kind: 'cancelled', at: cancelledAt },
    { kind: 'written-off', at: writtenOffAt, amountRupiah: status.writtenOffAmount },
  ]);
}
