import { z } from 'zod';
import { contractOf, type ContractEvent } from '../contract/contract.ts';
import type { ContractRecord, Partner } from '../contract/record.ts';
import { jakartaDate } from '../contract/schedule.ts';
import type { ContractStore } from '../stores/contracts.ts';
import { cursorOf } from './fields.ts';

/** One movement of money. `number` is the repayment's number; null for the other kinds. */
export type StatementLine = {
  kind: 'disbursement' | 'repayment' | 'write-off';
  record: ContractRecord;
  number: number | null;
  amountRupiah: number;
  at: string;
};

export type StatementPage = { lines: StatementLine[]; nextCursor: string | null };

export const statementQuery = z.strictObject({
  date: z.iso.date('a day in Jakarta such as 2026-11-24'),
  cursor: z.string().max(200).optional(),
});

const CONTRACTS_PER_PAGE = 200;

function lineOf(record: ContractRecord, event: ContractEvent): StatementLine[] {
  const { at } = event;
  switch (event.type) {
    case 'disbursed': {
      const amountRupiah = contractOf(record.events).terms.principalRupiah;
      return [{ kind: 'disbursement', record, number: null, amountRupiah, at }];
    }
    case 'repaid':
      return [{ kind: 'repayment', record, number: event.number, amountRupiah: event.amountRupiah, at }];
    case 'written-off':
      return [{ kind: 'write-off', record, number: null, amountRupiah: event.amountRupiah, at }];
    case 'opened':
    case 'signed':
    case 'declined':
    case 'cancelled':
    case 'completed':
      return [];
    default:
      return event satisfies never;
  }
}

/** A page of the movements of a day in Jakarta. It covers 200 contracts, so it may be empty before the last page. */
export async function statementPage(
  contracts: Pick<ContractStore, 'list'>,
  partner: Partner,
  { date, cursor = '' }: z.output<typeof statementQuery>,
): Promise<StatementPage> {
  const after = Buffer.from(cursor, 'base64url').toString();
  const { records, next } = await contracts.list(partner, after, CONTRACTS_PER_PAGE);
  return {
    lines: records.flatMap((record) =>
      record.events.filter(({ at }) => jakartaDate(at) === date).flatMap((event) => lineOf(record, event)),
    ),
    nextCursor: next === null ? null : cursorOf(next),
  };
}
