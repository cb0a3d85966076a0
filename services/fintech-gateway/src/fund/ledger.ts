import type { Lot, Partner, trialBalance } from '@ksbb/contracts';
import type { z } from 'zod';

/**
 * The revolving fund's books, per partner: `cash` is what the partner holds of the fund, `lent` what MSMEs owe to it,
 * `donated` what donors have given, `written-off` what is lost. Cash and lent are assets; donated is equity, less what
 * is written off.
 */
export type AccountName = `${Partner}:${'cash' | 'lent' | 'donated' | 'written-off'}`;
export type Entry = { account: AccountName; debitRupiah: number; creditRupiah: number };
export type Posting = {
  kind: 'disbursement' | 'repayment' | 'write-off' | 'reversal';
  partner: Partner;
  loanId: string;
  /** The partner's number of a repayment; null for other kinds. */
  repaymentId: string | null;
  /** The amount of money that moved. Entries may have it twice, when a donation is lent. */
  amountRupiah: number;
  /** When it happened at the partner. */
  at: string;
  entries: Entry[];
};

/** The two entries that move an amount from one account to another. No entries for an amount of 0. */
function move(amountRupiah: number, { debit, credit }: { debit: AccountName; credit: AccountName }): Entry[] {
  if (amountRupiah === 0) return [];
  return [
    { account: debit, debitRupiah: amountRupiah, creditRupiah: 0 },
    { account: credit, debitRupiah: 0, creditRupiah: amountRupiah },
  ];
}

type Disbursed = { loanId: string; partner: Partner; amountRupiah: number; lots: Lot[]; disbursedAt: string };
type Repaid = { loanId: string; partner: Partner; repaymentId: string; amountRupiah: number; receivedAt: string };
type WrittenOff = { loanId: string; partner: Partner; amountRupiah: number; writtenOffAt: string };

/** A loan is paid out: money lent for the first time is donated first; relent money is in the fund's cash already. */
export function postDisbursement({ loanId, partner, amountRupiah, lots, disbursedAt: at }: Disbursed): Posting {
  const donatedRupiah = lots.filter((lot) => lot.generation === 1).reduce((sum, lot) => sum + lot.amountRupiah, 0);
  const entries = [
    ...move(donatedRupiah, { debit: `${partner}:cash`, credit: `${partner}:donated` }),
    ...move(amountRupiah, { debit: `${partner}:lent`, credit: `${partner}:cash` }),
  ];
  return { kind: 'disbursement', partner, loanId, repaymentId: null, amountRupiah, at, entries };
}

export function postRepayment({ loanId, partner, repaymentId, amountRupiah, receivedAt: at }: Repaid): Posting {
  const entries = move(amountRupiah, { debit: `${partner}:cash`, credit: `${partner}:lent` });
  return { kind: 'repayment', partner, loanId, repaymentId, amountRupiah, at, entries };
}

export function postWriteOff({ loanId, partner, amountRupiah, writtenOffAt: at }: WrittenOff): Posting {
  const entries = move(amountRupiah, { debit: `${partner}:written-off`, credit: `${partner}:lent` });
  return { kind: 'write-off', partner, loanId, repaymentId: null, amountRupiah, at, entries };
}

/** Undoes a posting, which stays in the books: the same entries with their sides exchanged. */
export function postReversal(posting: Posting, now: Date): Posting {
  const entries = posting.entries.map(({ account, debitRupiah, creditRupiah }) => ({
    account,
    debitRupiah: creditRupiah,
    creditRupiah: debitRupiah,
  }));
  return { ...posting, kind: 'reversal', at: now.toISOString(), entries };
}

export type TrialBalance = z.output<typeof trialBalance>;
export type AccountTotals = { account: string; debitRupiah: number; creditRupiah: number };

/** The balance of each account by name, debits positive. Together they are 0 where the books are right. */
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
