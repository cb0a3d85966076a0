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

function originOf({ eventId, service, version, time }: Origin): Origin {
  return { eventId, service, version, time };
}

function aboutOf({ loanId, collaborationId, msmeId, partner }: AboutLoan): AboutLoan {
  return { loanId, collaborationId, msmeId, partner };
}

/** What an event says about loans. A loan has the id of the commitment line that it pays. */
export function loanFactsOf(entry: Entry): LoanFact[] {
  const origin = originOf(entry);
  switch (entry.event) {
    case 'commitment-confirmed': {
      const { collaborationId, lines } = entry.data;
      return lines.flatMap((line): LoanFact[] => {
        if (line.package !== 'capital') return [];
        const { lineId: loanId, msmeId, partner, amountRupiah } = line;
        return [{ ...origin, loanId, collaborationId, msmeId, partner, kind: 'promised', amountRupiah }];
      });
    }
    case 'fund-relent': {
      const {
        toLoanId: loanId,
        toCollaborationId: collaborationId,
        msmeId,
        partner,
        amountRupiah,
        fromLoanId,
      } = entry.data;
      return [{ ...origin, loanId, collaborationId, msmeId, partner, kind: 'relent', amountRupiah, fromLoanId }];
    }
    case 'contract-forwarded':
      return [{ ...origin, ...aboutOf(entry.data), kind: 'forwarded', amountRupiah: entry.data.amountRupiah }];
    case 'contract-signed':
      return [{ ...origin, ...aboutOf(entry.data), kind: 'signed' }];
    case 'contract-declined':
      return [{ ...origin, ...aboutOf(entry.data), kind: 'declined' }];
    case 'contract-cancelled':
      return [{ ...origin, ...aboutOf(entry.data), kind: 'cancelled' }];
    case 'loan-disbursed': {
      const owedRupiah = entry.data.schedule.reduce((sum, instalment) => sum + instalment.amountRupiah, 0);
      return [
        { ...origin, ...aboutOf(entry.data), kind: 'disbursed', amountRupiah: entry.data.amountRupiah, owedRupiah },
      ];
    }
    case 'repayment-received': {
      const { repaidRupiah, outstandingRupiah } = entry.data;
      return [{ ...origin, ...aboutOf(entry.data), kind: 'repayment', repaidRupiah, outstandingRupiah }];
    }
    case 'loan-repaid':
      return [{ ...origin, ...aboutOf(entry.data), kind: 'repaid', amountRupiah: entry.data.amountRupiah }];
    case 'loan-written-off':
      return [{ ...origin, ...aboutOf(entry.data), kind: 'written-off', repaidRupiah: entry.data.repaidRupiah }];
    default:
      return [];
  }
}
