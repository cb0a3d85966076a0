import type { Instalment, LoanView } from '@ksbb/contracts';
import { DAY_MS, dayInJakarta } from '../../kernel/jakarta-day.ts';
import { contractOf, type KnownLoan, repaidLotsOf } from './loan.ts';
import { sumOfLots } from '../../kernel/lots.ts';

export type Arrears = { since: string; days: number; amountRupiah: number };

/**
 * What is late of a schedule: all that was due before `today`, less all that was paid for any instalment. The arrears
 * begin with the oldest instalment that the payments do not cover. An instalment is not late on the day it is due.
 * @param today a day in Jakarta
 */
export function arrearsOf(schedule: readonly Instalment[], paidRupiah: number, today: string): Arrears | null {
  let left = paidRupiah;
  let since: string | null = null;
  let amountRupiah = 0;
  for (const due of [...schedule].sort((a, b) => a.dueDate.localeCompare(b.dueDate))) {
    if (due.dueDate >= today) break;
    const missing = Math.max(0, due.amountRupiah - left);
    left = Math.max(0, left - due.amountRupiah);
    if (missing > 0) since ??= due.dueDate;
    amountRupiah += missing;
  }
  if (since === null) return null;
  return { since, days: Math.round((Date.parse(today) - Date.parse(since)) / DAY_MS), amountRupiah };
}

function scheduleOf(loan: KnownLoan): LoanView['schedule'] {
  if (!('schedule' in loan)) return [];
  const repayments = loan.told.repayments.slice(0, loan.applied);
  return loan.schedule.map((instalment) => ({
    ...instalment,
    paidRupiah: repayments
      .filter((repayment) => repayment.instalment === instalment.instalment)
      .reduce((sum, repayment) => sum + repayment.amountRupiah, 0),
  }));
}

function arrearsNow(loan: KnownLoan, now: Date): LoanView['arrears'] {
  if (loan.status !== 'disbursed' && loan.status !== 'repaying') return null;
  return arrearsOf(loan.schedule, sumOfLots(loan.repaidLots), dayInJakarta(now));
}

/**
 * A loan as people and other parts see it at `now`. The e-contract page is shown only while its signature is awaited.
 * @param to only the donor is shown the e-contract page, because everybody who has the page can sign
 */
export function viewOf(loan: KnownLoan, now: Date, to: 'donor' | 'anyone' = 'anyone'): LoanView {
  const arrears = arrearsNow(loan, now);
  const { loanId, collaborationId, msmeId, msmeName, partner, amountRupiah, lots, relentFrom } = loan.terms;
  const contract = contractOf(loan);
  return {
    loanId,
    collaborationId,
    msmeId,
    msmeName,
    partner,
    status: arrears === null ? loan.status : 'in-arrears',
    amountRupiah,
    repaidRupiah: sumOfLots(repaidLotsOf(loan)),
    partnerContractId: contract?.partnerContractId ?? null,
    signUrl: to === 'donor' && loan.status === 'awaiting-signature' ? (contract?.signUrl ?? null) : null,
    schedule: scheduleOf(loan),
    arrears,
    writtenOffRupiah: loan.status === 'written-off' ? loan.writtenOffRupiah : 0,
    lots,
    relentFrom: relentFrom?.loanId ?? null,
    updatedAt: loan.updatedAt,
  };
}
