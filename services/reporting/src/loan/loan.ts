import type { Partner, Portfolio } from '@ksbb/contracts';
import { inOrder } from '../collaboration/collaboration.ts';
import type { LoanFact } from './loan-fact.ts';

type PortfolioLoan = Portfolio['items'][number];
type Status = PortfolioLoan['status'];

/** The steps of a loan, in order. A loan that is declined or cancelled is never disbursed. */
const STEPS: readonly Status[] = [
  'promised',
  'forwarded',
  'signed',
  'declined',
  'cancelled',
  'disbursed',
  'repaying',
  'repaid',
  'written-off',
];

const REACHED: Record<LoanFact['kind'], Status> = {
  promised: 'promised',
  relent: 'promised',
  forwarded: 'forwarded',
  signed: 'signed',
  declined: 'declined',
  cancelled: 'cancelled',
  disbursed: 'disbursed',
  repayment: 'repaying',
  repaid: 'repaid',
  'written-off': 'written-off',
};

/** The kinds that show that the partner has, or had, a contract. */
const WITH_CONTRACT: readonly LoanFact['kind'][] = [
  'forwarded',
  'signed',
  'disbursed',
  'repayment',
  'repaid',
  'written-off',
];

/** What one loan adds to the totals of its partner. */
export type LoanContribution = {
  partner: Partner;
  contracts: number;
  promisedRupiah: number;
  disbursedRupiah: number;
  repaidRupiah: number;
  relentRupiah: number;
};

type Kind<Name extends LoanFact['kind']> = Extract<LoanFact, { kind: Name }>;

function ofKind<Name extends LoanFact['kind']>(facts: readonly LoanFact[], kind: Name): Kind<Name>[] {
  return facts.filter((fact): fact is Kind<Name> => fact.kind === kind);
}

const sum = (facts: readonly { amountRupiah: number }[]) =>
  facts.reduce((total, { amountRupiah }) => total + amountRupiah, 0);

function statusOf(facts: readonly LoanFact[]): Status {
  return facts
    .map(({ kind }) => REACHED[kind])
    .reduce((one, other) => (STEPS.indexOf(other) > STEPS.indexOf(one) ? other : one));
}

/** The amount that was agreed with the partner has priority over the amount that was promised. */
function amountOf(facts: readonly LoanFact[]): number | undefined {
  const [fact] = [
    ...ofKind(facts, 'disbursed'),
    ...ofKind(facts, 'repaid'),
    ...ofKind(facts, 'forwarded'),
    ...ofKind(facts, 'promised'),
    ...ofKind(facts, 'relent'),
  ];
  return fact?.amountRupiah;
}

/**
 * What is repaid and what is still owed. Each repayment carries the sum of all so far, so the highest is the newest.
 */
function repaymentOf(facts: readonly LoanFact[]): { repaidRupiah: number; outstandingRupiah: number } {
  const amounts = [
    ...ofKind(facts, 'disbursed').map(({ owedRupiah }) => ({ repaidRupiah: 0, outstandingRupiah: owedRupiah })),
    ...ofKind(facts, 'repayment').map(({ repaidRupiah, outstandingRupiah }) => ({ repaidRupiah, outstandingRupiah })),
    ...ofKind(facts, 'repaid').map(({ amountRupiah }) => ({ repaidRupiah: amountRupiah, outstandingRupiah: 0 })),
    ...ofKind(facts, 'written-off').map(({ repaidRupiah }) => ({ repaidRupiah, outstandingRupiah: 0 })),
  ];
  return amounts.reduce((one, other) => (other.repaidRupiah >= one.repaidRupiah ? other : one), {
    repaidRupiah: 0,
    outstandingRupiah: 0,
  });
}

/** Folds the facts of one loan, in any order. Null while no event has carried its amount. */
export function loanOf(known: readonly LoanFact[]): PortfolioLoan | null {
  const facts = inOrder(known);
  const newest = facts.at(-1);
  const amountRupiah = amountOf(facts);
  if (newest === undefined || amountRupiah === undefined) return null;
  const { loanId, collaborationId, msmeId, partner, time } = newest;
  return {
    loanId,
    collaborationId,
    msmeId,
    partner,
    amountRupiah,
    status: statusOf(facts),
    ...repaymentOf(facts),
    relentFrom: ofKind(facts, 'relent')[0]?.fromLoanId ?? null,
    updatedAt: time,
  };
}

/** What one loan adds to the totals, from its facts in any order. Null where there are none. */
export function loanContributionOf(facts: readonly LoanFact[]): LoanContribution | null {
  const [first] = facts;
  if (first === undefined) return null;
  return {
    partner: first.partner,
    contracts: facts.some(({ kind }) => WITH_CONTRACT.includes(kind)) ? 1 : 0,
    promisedRupiah: sum(ofKind(facts, 'promised')),
    disbursedRupiah: sum(ofKind(facts, 'disbursed')),
    repaidRupiah: repaymentOf(facts).repaidRupiah,
    relentRupiah: sum(ofKind(facts, 'relent')),
  };
}
