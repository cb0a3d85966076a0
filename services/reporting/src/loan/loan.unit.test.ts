import { portfolioLoan } from '@ksbb/contracts';
import { loanContributionOf, loanOf } from './loan.ts';
import type { LoanFact } from './loan-fact.ts';

const about = {
  loanId: 'KSBB-0000-0000-0011.2',
  collaborationId: 'KSBB-0000-0000-0011',
  msmeId: 'osm-way-352856285',
  partner: 'amanah',
} as const;
const at = (minute: number) => ({
  ...about,
  eventId: `e${minute}`,
  service: 'fintech-gateway',
  version: minute,
  time: `2026-11-24T05:0${minute}:00.000Z`,
});

const promised: LoanFact = { ...at(1), kind: 'promised', amountRupiah: 6_000_000 };
const relent: LoanFact = { ...at(2), kind: 'relent', amountRupiah: 5_000_000, fromLoanId: 'KSBB-0000-0000-0022.1' };
const forwarded: LoanFact = { ...at(3), kind: 'forwarded', amountRupiah: 5_500_000 };
const signed: LoanFact = { ...at(4), kind: 'signed' };
const declined: LoanFact = { ...at(5), kind: 'declined' };
const disbursed: LoanFact = { ...at(5), kind: 'disbursed', amountRupiah: 5_400_000, owedRupiah: 5_450_000 };
const first: LoanFact = { ...at(6), kind: 'repayment', repaidRupiah: 2_000_000, outstandingRupiah: 3_450_000 };
const second: LoanFact = { ...at(7), kind: 'repayment', repaidRupiah: 4_000_000, outstandingRupiah: 1_450_000 };
const repaid: LoanFact = { ...at(8), kind: 'repaid', amountRupiah: 5_400_000 };

const cancelled: LoanFact = { ...at(5), kind: 'cancelled' };
const writtenOff: LoanFact = { ...at(9), kind: 'written-off', repaidRupiah: 4_000_000 };

const noMoney = { repaidRupiah: 0, outstandingRupiah: 0 };

test.each<[string, LoanFact[], object]>([
  [
    'promised',
    [promised],
    { status: 'promised', amountRupiah: 6_000_000, relentFrom: null, updatedAt: promised.time, ...noMoney },
  ],
  [
    'promised by a relend',
    [relent],
    { status: 'promised', amountRupiah: 5_000_000, relentFrom: 'KSBB-0000-0000-0022.1', ...noMoney },
  ],
  [
    'promised, and relent to',
    [relent, promised],
    { status: 'promised', amountRupiah: 6_000_000, relentFrom: 'KSBB-0000-0000-0022.1', updatedAt: relent.time },
  ],
  ['forwarded', [promised, forwarded], { status: 'forwarded', amountRupiah: 5_500_000, ...noMoney }],
  [
    'signed',
    [promised, forwarded, signed],
    { status: 'signed', amountRupiah: 5_500_000, updatedAt: signed.time, ...noMoney },
  ],
  ['declined', [promised, forwarded, signed, declined], { status: 'declined', ...noMoney }],
  ['cancelled', [promised, forwarded, signed, cancelled], { status: 'cancelled', ...noMoney }],
  [
    'written off',
    [promised, disbursed, first, second, writtenOff],
    { status: 'written-off', repaidRupiah: 4_000_000, outstandingRupiah: 0, updatedAt: writtenOff.time },
  ],
  [
    'disbursed',
    [promised, forwarded, signed, disbursed],
    { status: 'disbursed', amountRupiah: 5_400_000, repaidRupiah: 0, outstandingRupiah: 5_450_000 },
  ],
  [
    'repaying',
    [promised, disbursed, first],
    { status: 'repaying', repaidRupiah: 2_000_000, outstandingRupiah: 3_450_000 },
  ],
  [
    'repaying further',
    [promised, disbursed, first, second],
    { status: 'repaying', repaidRupiah: 4_000_000, outstandingRupiah: 1_450_000, updatedAt: second.time },
  ],
  [
    'repaid',
    [promised, disbursed, first, second, repaid],
    { status: 'repaid', repaidRupiah: 5_400_000, outstandingRupiah: 0, updatedAt: repaid.time },
  ],
  [
    'repaid, before all else is known',
    [forwarded, repaid],
    { status: 'repaid', amountRupiah: 5_400_000, repaidRupiah: 5_400_000, outstandingRupiah: 0 },
  ],
])('a loan that is %s', (_what, facts, expected) => {
  for (const arrived of [facts, facts.toReversed()]) {
    expect(loanOf(arrived)).toMatchObject({ ...about, ...expected });
    expect(portfolioLoan.parse(loanOf(arrived))).toEqual(loanOf(arrived));
  }
});

test('while no event has said its amount there is no loan to show', () => {
  expect(loanOf([])).toBeNull();
  expect(loanOf([signed])).toBeNull();
});

test('what it adds to the totals', () => {
  const nothing = {
    partner: 'amanah',
    contracts: 0,
    promisedRupiah: 0,
    disbursedRupiah: 0,
    repaidRupiah: 0,
    relentRupiah: 0,
  };
  expect(loanContributionOf([])).toBeNull();
  expect(loanContributionOf([promised])).toEqual({ ...nothing, promisedRupiah: 6_000_000 });
  expect(loanContributionOf([relent])).toEqual({ ...nothing, relentRupiah: 5_000_000 });
  expect(loanContributionOf([declined])).toEqual(nothing);
  for (const fact of [forwarded, signed]) expect(loanContributionOf([fact])).toEqual({ ...nothing, contracts: 1 });
  expect(loanContributionOf([disbursed])).toEqual({ ...nothing, contracts: 1, disbursedRupiah: 5_400_000 });
  expect(loanContributionOf([second, first])).toEqual({ ...nothing, contracts: 1, repaidRupiah: 4_000_000 });
  expect(loanContributionOf([cancelled])).toEqual(nothing);
  expect(loanContributionOf([writtenOff])).toEqual({ ...nothing, contracts: 1, repaidRupiah: 4_000_000 });
  expect(loanContributionOf([repaid])).toEqual({ ...nothing, contracts: 1, repaidRupiah: 5_400_000 });
  expect(loanContributionOf([promised, forwarded, declined])).toEqual({
    ...nothing,
    contracts: 1,
    promisedRupiah: 6_000_000,
  });
});
