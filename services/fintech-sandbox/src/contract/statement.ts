import { contractOf, type ContractEvent } from './contract.ts';
import type { ContractRecord } from './record.ts';

/** One movement of money, as a partner's statement lists it. `number` is the repayment's; null for other kinds. */
export type StatementLine = {
  kind: 'disbursement' | 'repayment' | 'write-off';
  record: ContractRecord;
  number: number | null;
  amountRupiah: number;
  at: string;
};

const JAKARTA_MS = 7 * 3_600_000;

/** The day in Jakarta of a moment, `YYYY-MM-DD`. */
export function dayOf(at: string): string {
  return new Date(Date.parse(at) + JAKARTA_MS).toISOString().slice(0, 10);
}

function lineOf(record: ContractRecord, event: ContractEvent): StatementLine | null {
  const { at } = event;
  switch (event.type) {
    case 'disbursed':
      return {
        kind: 'disbursement',
        record,
        number: null,
        amountRupiah: contractOf(record.events).terms.principalRupiah,
        at,
      };
    case 'repaid':
      return { kind: 'repayment', record, number: event.number, amountRupiah: event.amountRupiah, at };
    case 'written-off':
      return { kind: 'write-off', record, number: null, amountRupiah: event.amountRupiah, at };
    case 'opened':
    case 'signed':
    case 'declined':
    case 'cancelled':
    case 'completed':
      return null;
    default:
      return event satisfies never;
  }
}

/** What moved in one contract on a day in Jakarta. */
export function linesOn(record: ContractRecord, day: string): StatementLine[] {
  return record.events.flatMap((event) => (dayOf(event.at) === day ? (lineOf(record, event) ?? []) : []));
}
