import { z } from 'zod';
import type { CallbackMessage } from '../callbacks/send.ts';
import { contractOf, type ContractEvent, detailsOf, type Instalment, type Terms } from '../contract/contract.ts';
import { type ContractRecord, eventAt, eventId, repaymentNo } from '../contract/record.ts';
import { identifier, instalments, MAX_PRINCIPAL_RUPIAH, reference, shortText } from '../partner/fields.ts';
import type { PartnerRefusal, RefusalKind } from '../partner/refusal.ts';
import type { StatementPage } from '../partner/statement.ts';

export const createQardhContract = z.strictObject({
  partnerReferenceNo: reference,
  borrower: z.strictObject({ id: identifier, name: shortText, kelurahan: shortText }),
  amount: z.strictObject({
    value: z
      .string()
      .regex(/^[1-9]\d{0,12}\.00$/, 'whole rupiah with .00, as in 6000000.00')
      .refine((value) => Number(value) <= MAX_PRINCIPAL_RUPIAH, 'at most 1000000000000.00'),
    currency: z.literal('IDR', 'IDR'),
  }),
  instalments,
  underMasterContract: identifier.optional(),
});

const EVENT_NAME = {
  signed: 'CONTRACT_SIGNED',
  declined: 'CONTRACT_DECLINED',
  disbursed: 'DISBURSED',
  repaid: 'REPAYMENT',
  completed: 'COMPLETED',
  cancelled: 'CANCELLED',
  'written-off': 'WRITTEN_OFF',
} as const;

const CODE: Record<Exclude<RefusalKind, 'fault'>, string> = {
  'invalid-field': '4000001',
  'key-missing': '4000002',
  unauthorized: '4010000',
  'not-found': '4040000',
  'in-progress': '4090000',
  'key-reused': '4220000',
  'other-terms': '4220001',
  'parent-not-signed': '4220002',
  'principal-too-small': '4220003',
  'paid-out': '4220004',
};

const SUCCESS = { responseCode: '2000000', responseMessage: 'Successful' };

export function refusalBody({ kind, status, message }: PartnerRefusal) {
  return { responseCode: kind === 'fault' ? `${status}0000` : CODE[kind], responseMessage: message };
}

function upperCase(word: string): string {
  return word.toUpperCase().replace('-', '_');
}

function money(rupiah: number) {
  return { value: `${rupiah}.00`, currency: 'IDR' };
}

function instalmentBody({ instalment, dueDate, amountRupiah }: Instalment) {
  return { instalment, dueDate, amount: money(amountRupiah) };
}

export function termsOf(body: z.output<typeof createQardhContract>): Terms {
  const { id, name, kelurahan } = body.borrower;
  return {
    borrower: { id, name, area: kelurahan },
    principalRupiah: Number(body.amount.value),
    instalments: body.instalments,
    parentContractNo: body.underMasterContract ?? null,
  };
}

export function createdBody(record: ContractRecord, eContractUrl: string) {
  return { ...SUCCESS, referenceNo: record.contractNo, partnerReferenceNo: record.reference, eContractUrl };
}

export function statusBody(record: ContractRecord, eContractUrl: string) {
  const contract = contractOf(record.events);
  const { terms, status, sequence, openedAt } = contract;
  const { schedule, repayments, ...details } = detailsOf(contract);
  const { borrower } = terms;
  return {
    ...SUCCESS,
    referenceNo: record.contractNo,
    partnerReferenceNo: record.reference,
    underMasterContract: terms.parentContractNo,
    status: upperCase(status),
    sequence,
    eContractUrl,
    borrower: { id: borrower.id, name: borrower.name, kelurahan: borrower.area },
    amount: money(terms.principalRupiah),
    instalments: terms.instalments,
    repaidAmount: money(details.repaidRupiah),
    outstandingAmount: money(details.outstandingRupiah),
    createdAt: openedAt,
    signedAt: details.signedAt,
    declinedAt: details.declinedAt,
    disbursedAt: details.disbursedAt,
    completedAt: details.completedAt,
    cancelledAt: details.cancelledAt,
    writtenOffAt: details.writtenOffAt,
    writtenOffAmount: money(details.writtenOffRupiah),
    schedule: schedule.map(({ paid, ...instalment }) => ({ ...instalmentBody(instalment), paid })),
    repayments: repayments.map(({ number, instalment, amountRupiah, sequence: eventSequence, paidAt }) => ({
      repaymentNo: repaymentNo(record, number),
      instalment,
      amount: money(amountRupiah),
      sequence: eventSequence,
      paidAt,
    })),
  };
}

export function statementBody(date: string, { lines, nextCursor }: StatementPage) {
  const movements = lines.map(({ kind, record, number, amountRupiah, at }) => ({
    type: upperCase(kind),
    referenceNo: record.contractNo,
    partnerReferenceNo: record.reference,
    repaymentNo: number === null ? null : repaymentNo(record, number),
    amount: money(amountRupiah),
    occurredAt: at,
  }));
  return { ...SUCCESS, date, movements, nextCursor };
}

function dataOf(record: ContractRecord, event: Exclude<ContractEvent, { type: 'opened' }>) {
  const { terms } = contractOf(record.events);
  switch (event.type) {
    case 'signed':
      return {
        signedBy: event.signedBy,
        ...(terms.parentContractNo === null ? {} : { underMasterContract: terms.parentContractNo }),
      };
    case 'declined':
    case 'cancelled':
      return {};
    case 'disbursed':
      return { amount: money(terms.principalRupiah), schedule: event.schedule.map(instalmentBody) };
    case 'repaid':
      return {
        repaymentNo: repaymentNo(record, event.number),
        instalment: event.instalment,
        amount: money(event.amountRupiah),
      };
    case 'completed':
      return { totalRepaid: money(event.totalRupiah) };
    case 'written-off':
      return { amount: money(event.amountRupiah) };
    default:
      return event satisfies never;
  }
}

/** The callback of one event. @throws Error for the opening, which is not called back. */
export function messageOf(record: ContractRecord, sequence: number): CallbackMessage {
  const event = eventAt(record, sequence);
  if (event.type === 'opened') throw new Error('an opening is not called back');
  const name = EVENT_NAME[event.type];
  const { contractNo: referenceNo, reference: partnerReferenceNo } = record;
  const body = {
    event: name,
    referenceNo,
    partnerReferenceNo,
    sequence,
    occurredAt: event.at,
    data: dataOf(record, event),
  };
  return { deliveryId: eventId(record, sequence), name, body };
}
