import type { Lot, Partner } from '@ksbb/contracts';
import { type Contradiction, contradiction, type Report, isKnown } from './partner-reports.ts';
import { evolve, type KnownLoan, type Loan, type LoanEvent, repaidLotsOf, type Terms } from './loan.ts';
import { addLots, subtractLots, sumOfLots, takeFromLots } from '../../kernel/lots.ts';

export type LoanCommand =
  | { type: 'request'; terms: Terms }
  /** The contract is about to be sent for the first time. */
  | { type: 'forward' }
  /** An operator has the suspended contract sent again. */
  | { type: 'resume' }
  /** The contract is not sent any more until an operator resumes it. */
  | { type: 'suspend'; reason: string }
  /** The commitment has released the line. */
  | { type: 'cancel'; reason: string }
  /** `partner` is the partner that reports. */
  | { type: 'record-report'; partner: Partner; report: Report };

export type LoanRefusal = {
  refused: 'lots-differ' | 'no-such-loan' | 'other-partner' | 'paid-out' | 'not-parked' | Contradiction;
};

function about({ loanId, collaborationId, msmeId, partner }: Terms) {
  return { loanId, collaborationId, msmeId, partner };
}

function dueCancellation({ terms, told: reports, cancelling }: KnownLoan): LoanEvent | null {
  if (reports.cancelled === null) return null;
  return {
    type: 'contract-cancelled',
    data: { ...about(terms), reason: cancelling ?? 'by the partner', cancelledAt: reports.cancelled.at },
  };
}

function dueContractReply(loan: KnownLoan): LoanEvent | null {
  const { terms, told: reports, cancelling } = loan;
  // A cancellation that was asked for here needs no contract. Any other is about a contract that the partner has taken,
  // so its report of that has to come first.
  if (cancelling !== null && reports.taken === null && reports.cancelled !== null) return dueCancellation(loan);
  if (reports.refused !== null)
    return { type: 'contract-declined', data: { ...about(terms), reason: reports.refused.reason } };
  if (reports.taken === null) return null;
  const { partnerContractId, signUrl } = reports.taken;
  const { amountRupiah } = terms;
  return { type: 'contract-forwarded', data: { ...about(terms), amountRupiah, partnerContractId, signUrl } };
}

function dueSignature({ terms, told: reports }: KnownLoan): LoanEvent | null {
  if (reports.declined !== null)
    return { type: 'contract-declined', data: { ...about(terms), reason: 'declined by the signer' } };
  return reports.signed === null
    ? null
    : { type: 'contract-signed', data: { ...about(terms), signedAt: reports.signed.at } };
}

function dueDisbursement({ terms, told: reports }: KnownLoan): LoanEvent | null {
  if (reports.disbursed === null) return null;
  const { amountRupiah, lots } = terms;
  const { schedule, at } = reports.disbursed;
  return { type: 'loan-disbursed', data: { ...about(terms), amountRupiah, schedule, lots, disbursedAt: at } };
}

function writtenOff(terms: Terms, owed: Lot[], writtenOffAt: string): LoanEvent {
  const amountRupiah = sumOfLots(owed);
  const repaidLots = subtractLots(terms.lots, owed);
  const data = {
    ...about(terms),
    amountRupiah,
    lots: owed,
    repaidRupiah: terms.amountRupiah - amountRupiah,
    repaidLots,
    writtenOffAt,
  };
  return { type: 'loan-written-off', data };
}

/** The next repayment that was reported and has not taken effect, or the end of the loan after the last one. */
function dueRepayment(
  { terms, told: reports, applied }: Extract<KnownLoan, { applied: number }>,
  owed: Lot[],
): LoanEvent | null {
  const { amountRupiah, lots } = terms;
  const next = reports.repayments[applied];
  if (next !== undefined) {
    const outstandingRupiah = sumOfLots(owed) - next.amountRupiah;
    const data = {
      ...about(terms),
      repaymentId: next.repaymentId,
      instalment: next.instalment,
      amountRupiah: next.amountRupiah,
      repaidRupiah: amountRupiah - outstandingRupiah,
      outstandingRupiah,
      lots: takeFromLots(owed, next.amountRupiah),
      receivedAt: next.at,
    };
    return { type: 'repayment-received', data };
  }
  const last = reports.repayments.at(-1);
  const lost = reports['written-off'];
  if (lost !== null && lost.amountRupiah === sumOfLots(owed)) return writtenOff(terms, owed, lost.at);
  if (last === undefined || owed.length > 0) return null;
  return { type: 'loan-repaid', data: { ...about(terms), amountRupiah, lots, repaidAt: last.at } };
}

/** The next step that follows from what the partner has reported; null where none does. */
function due(loan: KnownLoan): LoanEvent | null {
  switch (loan.status) {
    case 'requested':
    case 'forwarding':
    case 'parked':
      return dueContractReply(loan);
    case 'awaiting-signature':
      return dueCancellation(loan) ?? dueSignature(loan);
    case 'signed':
      return dueCancellation(loan) ?? dueDisbursement(loan);
    case 'disbursed':
    case 'repaying':
      return dueRepayment(loan, subtractLots(loan.terms.lots, repaidLotsOf(loan)));
    case 'repaid':
    case 'written-off':
    case 'declined':
    case 'cancelled':
      return null;
    default:
      return loan satisfies never;
  }
}

function recordReport(loan: KnownLoan, report: Report, now: Date): LoanEvent[] {
  const events: LoanEvent[] = [{ type: 'report-recorded', data: { report, at: now.toISOString() } }];
  for (;;) {
    const next = due(events.reduce<Loan>(evolve, loan) as KnownLoan);
    if (next === null) return events;
    events.push(next);
  }
}

function cancel(loan: Loan, reason: string, at: string): LoanEvent[] | LoanRefusal {
  switch (loan.status) {
    case 'unknown':
      return { refused: 'no-such-loan' };
    case 'requested':
      return [{ type: 'contract-cancelled', data: { ...about(loan.terms), reason, cancelledAt: at } }];
    case 'forwarding':
    case 'parked':
    case 'awaiting-signature':
    case 'signed':
      return loan.cancelling === null ? [{ type: 'cancellation-asked', data: { reason, at } }] : [];
    case 'disbursed':
    case 'repaying':
      return { refused: 'paid-out' };
    case 'repaid':
    case 'written-off':
    case 'declined':
    case 'cancelled':
      return [];
    default:
      return loan satisfies never;
  }
}

/**
 * The events that follow from a command, or why it is refused.
 *
 * A partner's reports may come in any order and twice. One that is too early is kept, and takes effect after the report
 * that it depends on. One that is known changes nothing. One that contradicts the contract or another report is
 * refused. A loan is repaid when its last rupiah is; the partner's report of the completion only has to agree. A
 * contract that the partner cannot know yet is cancelled at once; otherwise the partner is asked, and decides.
 */
export function decide(loan: Loan, command: LoanCommand, now: Date): LoanEvent[] | LoanRefusal {
  switch (command.type) {
    case 'request': {
      if (loan.status !== 'unknown') return [];
      const terms = { ...command.terms, lots: addLots([], command.terms.lots) };
      if (sumOfLots(terms.lots) !== terms.amountRupiah) return { refused: 'lots-differ' };
      return [{ type: 'loan-requested', data: { terms, at: now.toISOString() } }];
    }
    case 'forward':
      return loan.status === 'requested' ? [{ type: 'forwarding-begun', data: { at: now.toISOString() } }] : [];
    case 'resume':
      if (loan.status === 'unknown') return { refused: 'no-such-loan' };
      if (loan.status === 'forwarding') return [];
      return loan.status === 'parked'
        ? [{ type: 'forwarding-begun', data: { at: now.toISOString() } }]
        : { refused: 'not-parked' };
    case 'suspend':
      if (loan.status !== 'requested' && loan.status !== 'forwarding') return [];
      return [{ type: 'contract-suspended', data: { reason: command.reason, at: now.toISOString() } }];
    case 'cancel':
      return cancel(loan, command.reason, now.toISOString());
    case 'record-report': {
      if (loan.status === 'unknown') return { refused: 'no-such-loan' };
      if (loan.terms.partner !== command.partner) return { refused: 'other-partner' };
      const against = contradiction(loan.terms.amountRupiah, loan.told, command.report);
      if (against !== null) return { refused: against };
      return isKnown(loan.told, command.report) ? [] : recordReport(loan, command.report, now);
    }
    default:
      return command satisfies never;
  }
}
