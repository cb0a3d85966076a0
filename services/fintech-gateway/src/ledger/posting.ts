import type { Lot, Partner } from '@ksbb/contracts';

/**
 * The revolving fund's books, per partner: `cash` is what the partner holds of the fund, `lent` what MSMEs owe it, `donated`
 * what donors have put in. Cash and lent are assets, donated is equity.
 */
export type AccountName = `${Partner}:${'cash' | 'lent' | 'donated'}`;
export type Entry = { account: AccountName; debitRupiah: number; creditRupiah: number };
export type Posting = { kind: 'disbursement' | 'repayment'; loanId: string; at: string; entries: Entry[] };

/** One amount from one account to another; nothing where there is no amount. */
function move(amountRupiah: number, { debit, credit }: { debit: AccountName; credit: AccountName }): Entry[] {
  if (amountRupiah === 0) return [];
  return [
    { account: debit, debitRupiah: amountRupiah, creditRupiah: 0 },
    { account: credit, debitRupiah: 0, creditRupiah: amountRupiah },
  ];
}

type Disbursed = { loanId: string; partner: Partner; amountRupiah: number; lots: Lot[]; disbursedAt: string };
type Repaid = { loanId: string; partner: Partner; amountRupiah: number; receivedAt: string };

/** A loan is paid out: money lent for the first time is donated first; relent money is in the fund's cash already. */
export function postDisbursement({ loanId, partner, amountRupiah, lots, disbursedAt }: Disbursed): Posting {
  const donatedRupiah = lots.filter((lot) => lot.generation === 1).reduce((sum, lot) => sum + lot.amountRupiah, 0);
  return {
    kind: 'disbursement',
    loanId,
    at: disbursedAt,
    entries: [
      ...move(donatedRupiah, { debit: `${partner}:cash`, credit: `${partner}:donated` }),
      ...move(amountRupiah, { debit: `${partner}:lent`, credit: `${partner}:cash` }),
    ],
  };
}

export function postRepayment({ loanId, partner, amountRupiah, receivedAt }: Repaid): Posting {
  return { kind: 'repayment', loanId, at: receivedAt, entries: move(amountRupiah, { debit: `${partner}:cash`, credit: `${partner}:lent` }) };
}
