import type { Lot, Partner } from '@ksbb/contracts';
import { type Contradiction, contradiction, type Fact, isKnown } from './partner-reports.ts';
import { evolve, type KnownLoan, type Loan, type LoanEvent, repaidLotsOf, type Terms } from './loan.ts';
import { addLots, subtractLots, sumOfLots, takeFromLots } from '../../kernel/lots.ts';

export type LoanCommand =
  | { kind: 'request'; terms: Terms }
  /** It is about to be sent for the first time. */
  | { kind: 'forward' }
  /** A person lets it go to its partner again. */
  | { kind: 'resume' }
  /** It goes to its partner no more by itself; a person has to look. */
  | { kind: 'park'; reason: string }
  /** The commitment has let go of the line. */
  | { kind: 'cancel'; reason: string }
  /** A partner says something: `partner` is who says it. */
  | { kind: 'tell'; partner: Partner; fact: Fact };

export type LoanRefusal = {
  refused: 'lots-differ' | 'no-such-loan' | 'other-partner' | 'paid-out' | 'not-parked' | Contradiction;
};

function about({ loanId, collaborationId, msmeId, partner }: Terms) {
  return { loanId, collaborationId, msmeId, partner };
}

function dueCancellation({ terms, told, cancelling }: KnownLoan): LoanEvent | null {
  if (told.cancelled === null) return null;
  return {
    type: 'contract-cancelled',
    data: { ...about(terms), reason: cancelling ?? 'by the partner', cancelledAt: told.cancelled.at },
  };
}

function dueAnswer(loan: KnownLoan): LoanEvent | null {
  const { terms, told, cancelling } = loan;
  // Where nobody here asked for it, it is about a contract whose taking is still to be told.
  if (cancelling !== null && told.taken === null && told.cancelled !== null) return dueCancellation(loan);
  if (told.refused !== null)
    return { type: 'contract-declined', data: { ...about(terms), reason: told.refused.reason } };
  if (told.taken === null) return null;
  const { partnerContractId, signUrl } = told.taken;
  const { amountRupiah } = terms;
  return { type: 'contract-forwarded', data: { ...about(terms), amountRupiah, partnerContractId, signUrl } };
}

function dueSignature({ terms, told }: KnownLoan): LoanEvent | null {
  if (told.declined !== null)
    return { type: 'contract-declined', data: { ...about(terms), reason: 'declined by the signer' } };
  return told.signed === null ? null : { type: 'contract-signed', data: { ...about(terms), signedAt: told.signed.at } };
}

function dueDisbursement({ terms, told }: KnownLoan): LoanEvent | null {
  if (told.disbursed === null) return null;
  const { amountRupiah, lots } = terms;
  const { schedule, at } = told.disbursed;
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

/** The next repayment that was told and not yet booked, or the end of the loan after the last one: all is back, or the rest is lost. */
function dueRepayment(
  { terms, told, applied }: Extract<KnownLoan, { applied: number }>,
  owed: Lot[],
): LoanEvent | null {
  const { amountRupiah, lots } = terms;
  const next = told.repayments[applied];
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
  const last = told.repayments.at(-1);
  const lost = told['written-off'];
  if (lost !== null && lost.amountRupiah === sumOfLots(owed)) return writtenOff(terms, owed, lost.at);
  if (last === undefined || owed.length > 0) return null;
  return { type: 'loan-repaid', data: { ...about(terms), amountRupiah, lots, repaidAt: last.at } };
}

/** The next step that is due by what the partner has told; null where none is. */
function due(loan: KnownLoan): LoanEvent | null {
  switch (loan.status) {
    case 'requested':
    case 'forwarding':
    case 'parked':
      return dueAnswer(loan);
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

function tell(loan: KnownLoan, fact: Fact, now: Date): LoanEvent[] {
  const events: LoanEvent[] = [{ type: 'partner-told', data: { fact, at: now.toISOString() } }];
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
 * What follows from a command.
 *
 * A partner's facts may come in any order and twice: one that is too early is kept, and takes effect with the one it waited
 * for; one that is known changes nothing; one that cannot be true beside the others is refused, and nothing changes.
 * A loan is repaid when its last rupiah is; what the partner says of the completion only has to agree.
 * One that the partner cannot know yet is cancelled at once; else the partner is asked, and has the last word.
 */
export function decide(loan: Loan, command: LoanCommand, now: Date): LoanEvent[] | LoanRefusal {
  switch (command.kind) {
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
    case 'park':
      if (loan.status !== 'requested' && loan.status !== 'forwarding') return [];
      return [{ type: 'contract-parked', data: { reason: command.reason, at: now.toISOString() } }];
    case 'cancel':
      return cancel(loan, command.reason, now.toISOString());
    case 'tell': {
      if (loan.status === 'unknown') return { refused: 'no-such-loan' };
      if (loan.terms.partner !== command.partner) return { refused: 'other-partner' };
      const against = contradiction(loan.terms.amountRupiah, loan.told, command.fact);
      if (against !== null) return { refused: against };
      return isKnown(loan.told, command.fact) ? [] : tell(loan, command.fact, now);
    }
    default:
      return command satisfies never;
  }
}
