import type { Lot } from '@ksbb/contracts';
import type { PartnerReport } from '../kernel/partner-report.ts';
import type { ContractReply } from '../loans/core/partner-reports.ts';
import type { Terms } from '../loans/core/loan.ts';

const donor = 'KSBB-0000-0000-0011';

export const exampleTerms: Terms = {
  loanId: `${donor}.2`,
  collaborationId: donor,
  msmeId: 'warung-a',
  msmeName: 'Warung A',
  kelurahan: 'Petojo Utara',
  kodeKecamatan: '31.71.01',
  partner: 'amanah',
  amountRupiah: 100,
  instalments: 2,
  lots: [{ donorCollaborationId: donor, generation: 1, amountRupiah: 100 }],
  relentFrom: null,
};

/** The example's terms with the money of several donors. */
export function termsOfLots(...amounts: number[]): Terms {
  const donors = ['KSBB-0000-0000-0011', 'KSBB-0000-0000-0022', 'KSBB-0000-0000-0033', 'KSBB-0000-0000-0044'];
  const lots: Lot[] = amounts.map((amountRupiah, at) => ({
    donorCollaborationId: donors[at] as string,
    generation: 2,
    amountRupiah,
  }));
  return { ...exampleTerms, lots, amountRupiah: amounts.reduce((sum, amount) => sum + amount, 0) };
}

export const taken: Extract<ContractReply, { kind: 'taken' }> = {
  kind: 'taken',
  partnerContractId: 'AMN-1',
  signUrl: 'https://amanah.example/1',
};
export const signed: PartnerReport = { kind: 'signed', at: '2026-11-24T03:00:00.000Z' };
export const declined: PartnerReport = { kind: 'declined', at: '2026-11-24T03:00:00.000Z' };

export function disbursed(amountRupiah: number): Extract<PartnerReport, { kind: 'disbursed' }> {
  const first = Math.ceil(amountRupiah / 2);
  return {
    kind: 'disbursed',
    at: '2026-11-24T04:00:00.000Z',
    amountRupiah,
    schedule: [
      { instalment: 1, dueDate: '2026-12-24', amountRupiah: first },
      { instalment: 2, dueDate: '2027-01-24', amountRupiah: amountRupiah - first },
    ],
  };
}

export function repayment(
  n: number,
  amountRupiah: number,
  instalment = n,
): Extract<PartnerReport, { kind: 'repayment' }> {
  return { kind: 'repayment', at: `2027-01-0${n}T00:00:00.000Z`, repaymentId: `AMN-1-R${n}`, instalment, amountRupiah };
}

export const completed = (totalRupiah: number): PartnerReport => ({
  kind: 'completed',
  at: '2027-02-01T00:00:00.000Z',
  totalRupiah,
});
export const cancelled: PartnerReport = { kind: 'cancelled', at: '2026-11-26T00:00:00.000Z' };
export const writtenOff = (amountRupiah: number): PartnerReport => ({
  kind: 'written-off',
  at: '2027-09-01T00:00:00.000Z',
  amountRupiah,
});
