import type { Instalment } from '@ksbb/contracts';

/** What a partner says about a contract by callback, feed or status. `at` is when it happened there. */
export type PartnerFact =
  | { kind: 'signed'; at: string }
  | { kind: 'declined'; at: string }
  | { kind: 'disbursed'; at: string; amountRupiah: number; schedule: Instalment[] }
  | { kind: 'repayment'; at: string; repaymentId: string; instalment: number; amountRupiah: number }
  | { kind: 'completed'; at: string; totalRupiah: number }
  | { kind: 'cancelled'; at: string }
  /** The partner expects no more; `amountRupiah` is what is lost. */
  | { kind: 'written-off'; at: string; amountRupiah: number };

/** What a partner answers to the contract itself. `signUrl` is null where no signature is awaited. */
export type Answer =
  { kind: 'taken'; partnerContractId: string; signUrl: string | null } | { kind: 'refused'; reason: string };

export type Fact = PartnerFact | Answer;

type Of<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;
export type Repayment = Of<'repayment'>;

/** Everything a partner has told about one loan, in whatever order it came. Repayments are in the order of arrival. */
export type Told = {
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

export const toldNothing: Told = {
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

/** `told` with one more fact. */
export function withFact(told: Told, fact: Fact): Told {
  if (fact.kind === 'repayment') return { ...told, repayments: [...told.repayments, fact] };
  return { ...told, [fact.kind]: fact };
}

/** Whether the same was told before. */
export function isKnown(told: Told, fact: Fact): boolean {
  if (fact.kind === 'repayment') return told.repayments.some(({ repaymentId }) => repaymentId === fact.repaymentId);
  return told[fact.kind] !== null;
}

/** Why a fact cannot be true beside the terms of the contract and what was told before; words for people who look into it. */
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

function paidOutOrLater(told: Told): boolean {
  return (
    told.disbursed !== null || told.repayments.length > 0 || told.completed !== null || told['written-off'] !== null
  );
}

const signedOrLater = (told: Told) => told.signed !== null || paidOutOrLater(told);

/** Why nothing can be paid out, come back or be lost; null where it can. */
function whyNoMoney(told: Told): Contradiction | null {
  if (told.declined !== null || told.refused !== null) return 'declined-before';
  return told.cancelled !== null ? 'cancelled-before' : null;
}

function againstRepayment(amountRupiah: number, told: Told, fact: Repayment): Contradiction | null {
  const known = told.repayments.find(({ repaymentId }) => repaymentId === fact.repaymentId);
  if (known !== undefined) return known.amountRupiah === fact.amountRupiah ? null : 'repayment-differs';
  const lost = told['written-off']?.amountRupiah ?? 0;
  return fact.amountRupiah > amountRupiah - sum(told.repayments) - lost ? 'more-than-owed' : null;
}

function againstWriteOff(amountRupiah: number, told: Told, fact: Of<'written-off'>): Contradiction | null {
  const known = told['written-off'];
  if (known !== null) return known.amountRupiah === fact.amountRupiah ? null : 'amount-differs';
  if (told.completed !== null) return 'more-than-owed';
  return fact.amountRupiah > amountRupiah - sum(told.repayments) ? 'more-than-owed' : null;
}

function againstDisbursement(amountRupiah: number, fact: Of<'disbursed'>): Contradiction | null {
  if (fact.amountRupiah !== amountRupiah) return 'amount-differs';
  return sum(fact.schedule) !== amountRupiah ? 'schedule-differs' : null;
}

/**
 * Why `fact` contradicts what is known; null where it does not. Early repayments count as owed money spoken for, so that
 * what is kept never adds up to more than the loan.
 */
export function contradiction(amountRupiah: number, told: Told, fact: Fact): Contradiction | null {
  switch (fact.kind) {
    case 'taken':
      if (told.refused !== null) return 'declined-before';
      return told.taken !== null && told.taken.partnerContractId !== fact.partnerContractId ? 'other-contract' : null;
    case 'refused':
      return told.taken !== null || told.declined !== null || signedOrLater(told) ? 'taken-before' : null;
    case 'declined':
      return signedOrLater(told) ? 'signed-before' : null;
    case 'signed':
      return told.declined !== null || told.refused !== null ? 'declined-before' : null;
    case 'cancelled':
      return paidOutOrLater(told) ? 'paid-out-before' : null;
    case 'disbursed':
      return whyNoMoney(told) ?? againstDisbursement(amountRupiah, fact);
    case 'repayment':
      return whyNoMoney(told) ?? againstRepayment(amountRupiah, told, fact);
    case 'written-off':
      return whyNoMoney(told) ?? againstWriteOff(amountRupiah, told, fact);
    case 'completed':
      return (
        whyNoMoney(told) ??
        (fact.totalRupiah === amountRupiah && told['written-off'] === null ? null : 'amount-differs')
      );
    default:
      return fact satisfies never;
  }
}
