import type { Instalment } from '@ksbb/contracts';

/** What a partner says about a contract by callback, feed or status. `at` is when it happened there. */
export type PartnerFact =
  | { kind: 'signed'; at: string }
  | { kind: 'declined'; at: string }
  | { kind: 'disbursed'; at: string; amountRupiah: number; schedule: Instalment[] }
  | { kind: 'repayment'; at: string; repaymentId: string; instalment: number; amountRupiah: number }
  | { kind: 'completed'; at: string; totalRupiah: number };

/** What a partner answers to the contract itself. `signUrl` is null where no signature is awaited. */
export type Answer =
  | { kind: 'taken'; partnerContractId: string; signUrl: string | null }
  | { kind: 'refused'; reason: string };

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
};

export const toldNothing: Told = {
  taken: null,
  refused: null,
  signed: null,
  declined: null,
  disbursed: null,
  repayments: [],
  completed: null,
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
  | 'signed-before'
  | 'taken-before';

const sum = (amounts: { amountRupiah: number }[]) => amounts.reduce((total, { amountRupiah }) => total + amountRupiah, 0);

function signedOrLater(told: Told): boolean {
  return told.signed !== null || told.disbursed !== null || told.repayments.length > 0 || told.completed !== null;
}

/**
 * Why `fact` contradicts what is known; null where it does not. Early repayments count as owed money spoken for, so that
 * what is kept never adds up to more than the loan.
 */
export function contradiction(amountRupiah: number, told: Told, fact: Fact): Contradiction | null {
  const declined = told.declined !== null || told.refused !== null;
  switch (fact.kind) {
    case 'taken':
      if (told.refused !== null) return 'declined-before';
      return told.taken !== null && told.taken.partnerContractId !== fact.partnerContractId ? 'other-contract' : null;
    case 'refused':
      return told.taken !== null || told.declined !== null || signedOrLater(told) ? 'taken-before' : null;
    case 'declined':
      return signedOrLater(told) ? 'signed-before' : null;
    case 'signed':
      return declined ? 'declined-before' : null;
    case 'disbursed':
      if (declined) return 'declined-before';
      if (fact.amountRupiah !== amountRupiah) return 'amount-differs';
      return sum(fact.schedule) !== amountRupiah ? 'schedule-differs' : null;
    case 'repayment': {
      if (declined) return 'declined-before';
      const known = told.repayments.find(({ repaymentId }) => repaymentId === fact.repaymentId);
      if (known !== undefined) return known.amountRupiah === fact.amountRupiah ? null : 'repayment-differs';
      return fact.amountRupiah > amountRupiah - sum(told.repayments) ? 'more-than-owed' : null;
    }
    case 'completed':
      if (declined) return 'declined-before';
      return fact.totalRupiah === amountRupiah ? null : 'amount-differs';
    default:
      return fact satisfies never;
  }
}
