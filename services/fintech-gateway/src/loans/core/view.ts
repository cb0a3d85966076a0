import type { LoanView } from '@ksbb/contracts';
import { arrearsOf, dayInJakarta } from './arrears.ts';
import { contractOf, type KnownLoan, repaidLotsOf } from './loan.ts';
import { sumOfLots } from '../../kernel/lots.ts';

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
 * @param to whoever has the page can sign: only the donor is shown it
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
