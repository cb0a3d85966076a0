import { z } from 'zod';
import { linesOn, type StatementLine } from '../contract/statement.ts';
import type { Partner } from '../contract/record.ts';
import type { ContractStore } from '../stores/contracts.ts';

export const statementQuery = z.strictObject({
  date: z.iso.date('a day in Jakarta such as 2026-11-24'),
  cursor: z.string().max(200).optional(),
});

/** So many contracts are looked through for one page. */
const CONTRACTS_A_PAGE = 200;

export type StatementPage = { lines: StatementLine[]; nextCursor: string | null };

/** One page of what moved on a day: pages go by contracts, so one may be empty and yet not the last. */
export async function statementPage(
  contracts: Pick<ContractStore, 'list'>,
  partner: Partner,
  { date, cursor = '' }: z.output<typeof statementQuery>,
): Promise<StatementPage> {
  const { records, next } = await contracts.list(
    partner,
    Buffer.from(cursor, 'base64url').toString(),
    CONTRACTS_A_PAGE,
  );
  return {
    lines: records.flatMap((record) => linesOn(record, date)),
    nextCursor: next === null ? null : Buffer.from(next).toString('base64url'),
  };
}
