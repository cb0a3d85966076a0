import type { Partner } from '@ksbb/contracts';
import type { Entry, Origin } from '../collaboration/collaboration.ts';

type AboutLoan = { loanId: string; collaborationId: string; msmeId: string; partner: Partner };

/** What one event says about one loan. */
export type LoanFact = Origin &
  AboutLoan &
  (
    | { kind: 'promised'; amountRupiah: number }
    | { kind: 'relent'; amountRupiah: number; fromLoanId: string }
    | { kind: 'forwarded'; amountRupiah: number }
    | { kind: 'signed' }
    | { kind: 'declined' }
    | { kind: 'cancelled' }
    | { kind: 'disbursed'; amountRupiah: number; owedRupiah: number }
    | { kind: 'repayment'; repaidRupiah: number; outstandingRupiah: number }
    | { kind: 'repaid'; amountRupiah: number }
    | { kind: 'written-off'; repaidRupiah: number }
  );

function aboutOf(entry: Origin & { data: AboutLoan }): Origin & AboutLoan {
  const { eventId, service, version, time, data } = entry;
  const { loanId, collaborationId, msmeId, partner } = data;
  return { eventId, service, version, time, loanId, collaborationId, msmeId, partner };
}

/** What an event says about loans. A loan has the id of the commitment line that it pays. */
export function loanFactsOf(entry: Entry): LoanFact[] {
  switch (entry.event) {
    case 'commitment-confirmed':
      return entry.data.lines.flatMap((line): LoanFact[] => {
        if (line.package !== 'capital') return [];
        const data = { ...line, loanId: line.lineId, collaborationId: entry.data.collaborationId };
        return [{ ...aboutOf({ ...entry, data }), kind: 'promised', amountRupiah: line.amountRupiah }];
      });
    case 'fund-relent': {
      const { toLoanId: loanId, toCollaborationId: collaborationId, amountRupiah, fromLoanId } = entry.data;
      const data = { ...entry.data, loanId, collaborationId };
      return [{ ...aboutOf({ ...entry, data }), kind: 'relent', amountRupiah, fromLoanId }];
    }
    case 'contract-forwarded':
      return [{ ...aboutOf(entry), kind: 'forwarded', amountRupiah: entry.data.amountRupiah }];
    case 'contract-signed':
      return [{ ...aboutOf(entry), kind: 'signed' }];
    case 'contract-declined':
      return [{ ...aboutOf(entry), kind: 'declined' }];
    case 'contract-cancelled':
      return [{ ...aboutOf(entry), kind: 'cancelled' }];
    case 'loan-disbursed': {
      const { amountRupiah, schedule } = entry.data;
      const owedRupiah = schedule.reduce((sum, instalment) => sum + instalment.amountRupiah, 0);
      return [{ ...aboutOf(entry), kind: 'disbursed', amountRupiah, owedRupiah }];
    }
    case 'repayment-received': {
      const { repaidRupiah, outstandingRupiah } = entry.data;
      return [{ ...aboutOf(entry), kind: 'repayment', repaidRupiah, outstandingRupiah }];
    }
    case 'loan-repaid':
      return [{ ...aboutOf(entry), kind: 'repaid', amountRupiah: entry.data.amountRupiah }];
    case 'loan-written-off':
      return [{ ...aboutOf(entry), kind: 'written-off', repaidRupiah: entry.data.repaidRupiah }];
    default:
      return [];
  }
}
