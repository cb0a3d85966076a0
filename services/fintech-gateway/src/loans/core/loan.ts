import type {
  contractCancelled,
  contractDeclined,
  contractForwarded,
  contractSigned,
  Instalment,
  loanDisbursed,
  loanRepaid,
  loanWrittenOff,
  Lot,
  NewEvent,
  Partner,
  repaymentReceived,
} from '@ksbb/contracts';
import { addLots } from '../../kernel/lots.ts';
import { type Report, type Reports, noReports, withReport } from './partner-reports.ts';

/** The terms of a loan. They never change. `lots` add up to the amount and say whose money it is. */
export type Terms = {
  loanId: string;
  collaborationId: string;
  msmeId: string;
  msmeName: string;
  kelurahan: string;
  /** Kemendagri code of the district, such as 31.71.01. */
  kodeKecamatan: string;
  partner: Partner;
  amountRupiah: number;
  instalments: number;
  lots: Lot[];
  /** The loan whose repayment pays this one, and the partner's number of its contract; null for a donor's own money. */
  relentFrom: { loanId: string; partnerContractId: string } | null;
};

/**
 * `told`, the name in stored loans, holds every report of the partner, also one that came too early. `cancelling` is the
 * reason why the commitment released the line; null where it did not.
 */
type Common = { terms: Terms; told: Reports; cancelling: string | null; updatedAt: string };
type Contract = { partnerContractId: string; signUrl: string | null };
type PaidOut = { contract: Contract; schedule: Instalment[]; repaidLots: Lot[]; applied: number };

/**
 * A loan by how far it has come. The status says which of the partner's reports have taken effect; `applied` counts the
 * repayments that have, in the order in which they were reported.
 */
export type Loan =
  | { status: 'unknown' }
  | (Common & { status: 'requested' })
  /** From here on the partner may know the contract. */
  | (Common & { status: 'forwarding' })
  /** Suspended: it is not sent any more until a person resumes it. `parked` is the public name of this status. */
  | (Common & { status: 'parked'; reason: string; parkedAt: string })
  | (Common & { status: 'awaiting-signature'; contract: Contract })
  | (Common & { status: 'signed'; contract: Contract })
  | (Common & PaidOut & { status: 'disbursed' })
  | (Common & PaidOut & { status: 'repaying' })
  | (Common & PaidOut & { status: 'repaid' })
  | (Common & PaidOut & { status: 'written-off'; writtenOffRupiah: number })
  | (Common & { status: 'declined'; contract: Contract | null; reason: string })
  | (Common & { status: 'cancelled'; contract: Contract | null; reason: string });

export type KnownLoan = Exclude<Loan, { status: 'unknown' }>;

export type LoanEvent =
  | { type: 'loan-requested'; data: { terms: Terms; at: string } }
  | { type: 'report-recorded'; data: { report: Report; at: string } }
  | { type: 'forwarding-begun'; data: { at: string } }
  | { type: 'contract-suspended'; data: { reason: string; at: string } }
  | { type: 'cancellation-asked'; data: { reason: string; at: string } }
  | NewEvent<typeof contractForwarded>
  | NewEvent<typeof contractSigned>
  | NewEvent<typeof contractDeclined>
  | NewEvent<typeof contractCancelled>
  | NewEvent<typeof loanDisbursed>
  | NewEvent<typeof repaymentReceived>
  | NewEvent<typeof loanRepaid>
  | NewEvent<typeof loanWrittenOff>;

export const initialState: Loan = { status: 'unknown' };

/** The partner's contract of a loan; null where none is known. */
export function contractOf(loan: Loan): Contract | null {
  return 'contract' in loan ? loan.contract : null;
}

/** How much of each lot is repaid. */
export function repaidLotsOf(loan: Loan): Lot[] {
  return 'repaidLots' in loan ? loan.repaidLots : [];
}

function known(loan: Loan): KnownLoan {
  if (loan.status === 'unknown') throw new Error('no event applies to a loan that was never requested');
  return loan;
}

function paidOut(loan: Loan): KnownLoan & PaidOut {
  if (!('repaidLots' in loan)) throw new Error('only a loan that was paid out can be repaid');
  return loan;
}

function commonOf({ terms, told, cancelling, updatedAt }: KnownLoan): Common {
  return { terms, told, cancelling, updatedAt };
}

/** The loan after an event. Decides nothing. */
export function evolve(loan: Loan, event: LoanEvent): Loan {
  switch (event.type) {
    case 'loan-requested':
      return {
        status: 'requested',
        terms: event.data.terms,
        told: noReports,
        cancelling: null,
        updatedAt: event.data.at,
      };
    case 'report-recorded': {
      const before = known(loan);
      return { ...before, told: withReport(before.told, event.data.report), updatedAt: event.data.at };
    }
    case 'forwarding-begun':
      return { ...commonOf(known(loan)), status: 'forwarding', updatedAt: event.data.at };
    case 'contract-suspended': {
      const { reason, at } = event.data;
      return { ...commonOf(known(loan)), status: 'parked', reason, parkedAt: at, updatedAt: at };
    }
    case 'cancellation-asked':
      return { ...known(loan), cancelling: event.data.reason, updatedAt: event.data.at };
    case 'contract-forwarded': {
      const { partnerContractId, signUrl } = event.data;
      return { ...commonOf(known(loan)), status: 'awaiting-signature', contract: { partnerContractId, signUrl } };
    }
    case 'contract-declined':
      return { ...commonOf(known(loan)), status: 'declined', contract: contractOf(loan), reason: event.data.reason };
    case 'contract-cancelled':
      return { ...commonOf(known(loan)), status: 'cancelled', contract: contractOf(loan), reason: event.data.reason };
    case 'contract-signed':
      return { ...commonOf(known(loan)), status: 'signed', contract: contractOf(loan) as Contract };
    case 'loan-disbursed': {
      const { schedule } = event.data;
      const contract = contractOf(loan) as Contract;
      return { ...commonOf(known(loan)), status: 'disbursed', contract, schedule, repaidLots: [], applied: 0 };
    }
    case 'repayment-received': {
      const before = paidOut(loan);
      const repaidLots = addLots(before.repaidLots, event.data.lots);
      return { ...before, status: 'repaying', repaidLots, applied: before.applied + 1 };
    }
    case 'loan-repaid':
      return { ...paidOut(loan), status: 'repaid' };
    case 'loan-written-off':
      return { ...paidOut(loan), status: 'written-off', writtenOffRupiah: event.data.amountRupiah };
    default:
      return event satisfies never;
  }
}
