import type { PartnerReport } from '../../kernel/partner-report.ts';

/** How a partner replies to the contract itself. `signUrl` is null where no signature is awaited. */
export type ContractReply =
  { kind: 'taken'; partnerContractId: string; signUrl: string | null } | { kind: 'refused'; reason: string };

export type Report = PartnerReport | ContractReply;

type Of<Kind extends Report['kind']> = Extract<Report, { kind: Kind }>;
export type Repayment = Of<'repayment'>;

/** Everything that a partner has reported about one loan, in any order. Repayments are in the order of arrival. */
export type Reports = {
  taken: Of<'taken'> | null;
  refused: Of<'refused'> | null;
  signed: Of<'signed'> | null;
  declined: Of<'declined'> | null;
  disbursed: Of<'disbursed'> | null;
  repayments: Repayment[];
  completed: Of<'completed'> | null;
  cancelled: Of<'cancelled'> | null;
  'written-off': Of<'written-off'> | null;
};

export const noReports: Reports = {
  taken: null,
  refused: null,
  signed: null,
  declined: null,
  disbursed: null,
  repayments: [],
  completed: null,
  cancelled: null,
  'written-off': null,
};

/** `reports` with one more. */
export function withReport(reports: Reports, report: Report): Reports {
  if (report.kind === 'repayment') return { ...reports, repayments: [...reports.repayments, report] };
  return { ...reports, [report.kind]: report };
}

/** Whether the same was reported before. */
export function isKnown(reports: Reports, report: Report): boolean {
  if (report.kind === 'repayment')
    return reports.repayments.some(({ repaymentId }) => repaymentId === report.repaymentId);
  return reports[report.kind] !== null;
}

/** Why a report contradicts the terms of the contract or an earlier report. Operators see these words. */
export type Contradiction =
  | 'amount-differs'
  | 'schedule-differs'
  | 'more-than-owed'
  | 'repayment-differs'
  | 'other-contract'
  | 'declined-before'
  | 'cancelled-before'
  | 'paid-out-before'
  | 'signed-before'
  | 'taken-before';

const sum = (amounts: { amountRupiah: number }[]) =>
  amounts.reduce((total, { amountRupiah }) => total + amountRupiah, 0);

function paidOutOrLater(reports: Reports): boolean {
  return (
    reports.disbursed !== null ||
    reports.repayments.length > 0 ||
    reports.completed !== null ||
    reports['written-off'] !== null
  );
}

const signedOrLater = (reports: Reports) => reports.signed !== null || paidOutOrLater(reports);

/** Why nothing can be paid out, come back or be lost; null where it can. */
function whyNoMoney(reports: Reports): Contradiction | null {
  if (reports.declined !== null || reports.refused !== null) return 'declined-before';
  return reports.cancelled !== null ? 'cancelled-before' : null;
}

function againstRepayment(amountRupiah: number, reports: Reports, report: Repayment): Contradiction | null {
  const known = reports.repayments.find(({ repaymentId }) => repaymentId === report.repaymentId);
  if (known !== undefined) return known.amountRupiah === report.amountRupiah ? null : 'repayment-differs';
  const lost = reports['written-off']?.amountRupiah ?? 0;
  return report.amountRupiah > amountRupiah - sum(reports.repayments) - lost ? 'more-than-owed' : null;
}

function againstWriteOff(amountRupiah: number, reports: Reports, report: Of<'written-off'>): Contradiction | null {
  const known = reports['written-off'];
  if (known !== null) return known.amountRupiah === report.amountRupiah ? null : 'amount-differs';
  if (reports.completed !== null) return 'more-than-owed';
  return report.amountRupiah > amountRupiah - sum(reports.repayments) ? 'more-than-owed' : null;
}

function againstDisbursement(amountRupiah: number, report: Of<'disbursed'>): Contradiction | null {
  if (report.amountRupiah !== amountRupiah) return 'amount-differs';
  return sum(report.schedule) !== amountRupiah ? 'schedule-differs' : null;
}

/**
 * Why `report` contradicts what is known; null where it does not. A repayment that comes early already counts against
 * what is owed, so that all repayments together are never more than the loan.
 */
export function contradiction(amountRupiah: number, reports: Reports, report: Report): Contradiction | null {
  switch (report.kind) {
    case 'taken':
      if (reports.refused !== null) return 'declined-before';
      return reports.taken !== null && reports.taken.partnerContractId !== report.partnerContractId
        ? 'other-contract'
        : null;
    case 'refused':
      return reports.taken !== null || reports.declined !== null || signedOrLater(reports) ? 'taken-before' : null;
    case 'declined':
      return signedOrLater(reports) ? 'signed-before' : null;
    case 'signed':
      return reports.declined !== null || reports.refused !== null ? 'declined-before' : null;
    case 'cancelled':
      return paidOutOrLater(reports) ? 'paid-out-before' : null;
    case 'disbursed':
      return whyNoMoney(reports) ?? againstDisbursement(amountRupiah, report);
    case 'repayment':
      return whyNoMoney(reports) ?? againstRepayment(amountRupiah, reports, report);
    case 'written-off':
      return whyNoMoney(reports) ?? againstWriteOff(amountRupiah, reports, report);
    case 'completed':
      return (
        whyNoMoney(reports) ??
        (report.totalRupiah === amountRupiah && reports['written-off'] === null ? null : 'amount-differs')
      );
    default:
      return report satisfies never;
  }
}
