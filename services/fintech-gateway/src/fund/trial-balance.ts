import type { z } from 'zod';
import type { trialBalance } from '@ksbb/contracts';

export type TrialBalance = z.output<typeof trialBalance>;
export type AccountTotals = { account: string; debitRupiah: number; creditRupiah: number };

/** The balance of each account, debits positive, in the order of their names; together they are 0 where the books are right. */
export function balanceOf(totals: readonly AccountTotals[]): TrialBalance {
  const accounts = totals
    .map(({ account, debitRupiah, creditRupiah }) => ({
      account,
      debitRupiah,
      creditRupiah,
      balanceRupiah: debitRupiah - creditRupiah,
    }))
    .sort((a, b) => (a.account < b.account ? -1 : 1));
  const totalRupiah = accounts.reduce((sum, account) => sum + account.balanceRupiah, 0);
  return { accounts, totalRupiah, balanced: totalRupiah === 0 };
}
