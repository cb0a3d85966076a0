import { seededRandom } from '@ksbb/testkit';
import type { Lot, Partner } from '@ksbb/contracts';
import { type Posting, postDisbursement, postRepayment, postReversal, postWriteOff } from './ledger.ts';
import { balanceOf } from './ledger.ts';

const at = '2026-11-25T00:00:00.000Z';
const lot = (generation: number, amountRupiah: number): Lot => ({
  donorCollaborationId: 'KSBB-0000-0000-0011',
  generation,
  amountRupiah,
});
const disbursement = (partner: Partner, ...lots: Lot[]) =>
  postDisbursement({
    loanId: 'L',
    partner,
    amountRupiah: lots.reduce((sum, { amountRupiah }) => sum + amountRupiah, 0),
    lots,
    disbursedAt: at,
  });

function totalsOf(postings: Posting[]) {
  const entries = postings.flatMap((posting) => posting.entries);
  return [...Map.groupBy(entries, (entry) => entry.account)].map(([account, own]) => ({
    account,
    debitRupiah: own.reduce((sum, entry) => sum + entry.debitRupiah, 0),
    creditRupiah: own.reduce((sum, entry) => sum + entry.creditRupiah, 0),
  }));
}

test('new money is donated to the fund and lent', () => {
  expect(disbursement('amanah', lot(1, 100))).toEqual({
    kind: 'disbursement',
    partner: 'amanah',
    loanId: 'L',
    repaymentId: null,
    amountRupiah: 100,
    at,
    entries: [
      { account: 'amanah:cash', debitRupiah: 100, creditRupiah: 0 },
      { account: 'amanah:donated', debitRupiah: 0, creditRupiah: 100 },
      { account: 'amanah:lent', debitRupiah: 100, creditRupiah: 0 },
      { account: 'amanah:cash', debitRupiah: 0, creditRupiah: 100 },
    ],
  });
});

test('repaid money is lent out of the cash', () => {
  expect(disbursement('lumbung', lot(2, 60), lot(3, 40)).entries).toEqual([
    { account: 'lumbung:lent', debitRupiah: 100, creditRupiah: 0 },
    { account: 'lumbung:cash', debitRupiah: 0, creditRupiah: 100 },
  ]);
});

test('of mixed money only the new part is donated', () => {
  expect(disbursement('amanah', lot(1, 30), lot(2, 70)).entries[1]).toEqual({
    account: 'amanah:donated',
    debitRupiah: 0,
    creditRupiah: 30,
  });
});

test('a repayment turns what is lent into cash', () => {
  expect(
    postRepayment({ loanId: 'L', partner: 'amanah', repaymentId: 'R1', amountRupiah: 40, receivedAt: at }),
  ).toEqual({
    kind: 'repayment',
    partner: 'amanah',
    loanId: 'L',
    repaymentId: 'R1',
    amountRupiah: 40,
    at,
    entries: [
      { account: 'amanah:cash', debitRupiah: 40, creditRupiah: 0 },
      { account: 'amanah:lent', debitRupiah: 0, creditRupiah: 40 },
    ],
  });
});

test('a write-off turns what is lent into a loss', () => {
  expect(postWriteOff({ loanId: 'L', partner: 'amanah', amountRupiah: 60, writtenOffAt: at })).toEqual({
    kind: 'write-off',
    partner: 'amanah',
    loanId: 'L',
    repaymentId: null,
    amountRupiah: 60,
    at,
    entries: [
      { account: 'amanah:written-off', debitRupiah: 60, creditRupiah: 0 },
      { account: 'amanah:lent', debitRupiah: 0, creditRupiah: 60 },
    ],
  });
});

test('a reversal undoes a posting to the rupiah, and is of its own time', () => {
  const wrong = disbursement('amanah', lot(1, 30), lot(2, 70));
  const reversal = postReversal(wrong, new Date('2026-12-01T00:00:00.000Z'));
  expect(reversal).toMatchObject({ kind: 'reversal', amountRupiah: 100, at: '2026-12-01T00:00:00.000Z' });
  expect(balanceOf(totalsOf([wrong, reversal])).accounts.every(({ balanceRupiah }) => balanceRupiah === 0)).toBe(true);
});

test('the trial balance shows debits as positive, by account', () => {
  const loans = [
    disbursement('lumbung', lot(1, 100)),
    postRepayment({ loanId: 'L', partner: 'lumbung', repaymentId: 'R1', amountRupiah: 40, receivedAt: at }),
  ];
  expect(balanceOf(totalsOf(loans))).toEqual({
    accounts: [
      { account: 'lumbung:cash', debitRupiah: 140, creditRupiah: 100, balanceRupiah: 40 },
      { account: 'lumbung:donated', debitRupiah: 0, creditRupiah: 100, balanceRupiah: -100 },
      { account: 'lumbung:lent', debitRupiah: 100, creditRupiah: 40, balanceRupiah: 60 },
    ],
    totalRupiah: 0,
    balanced: true,
  });
});

test('the trial balance says so where the books are wrong', () => {
  expect(balanceOf([{ account: 'amanah:cash', debitRupiah: 3, creditRupiah: 1 }])).toMatchObject({
    totalRupiah: 2,
    balanced: false,
  });
});

test('every posting balances, so the books do after any of them in any order, repeat and reversal', () => {
  const { below: next, shuffled } = seededRandom(99);
  const partners = ['amanah', 'lumbung'] as const;
  for (let round = 0; round < 200; round += 1) {
    const postings = Array.from({ length: 1 + next(10) }, () => {
      const partner = partners[next(2)] as Partner;
      if (next(5) === 0) return postWriteOff({ loanId: 'L', partner, amountRupiah: 1 + next(1e9), writtenOffAt: at });
      if (next(2) === 0)
        return postRepayment({ loanId: 'L', partner, repaymentId: 'R1', amountRupiah: 1 + next(1e9), receivedAt: at });
      return disbursement(partner, lot(1 + next(3), 1 + next(1e9)), lot(1 + next(3), 1 + next(1e9)));
    });
    const reversals = postings.filter(() => next(3) === 0).map((posting) => postReversal(posting, new Date(at)));
    const repeated = shuffled([...postings, ...reversals, ...postings.slice(0, next(5))]);
    expect(balanceOf(totalsOf(repeated)).totalRupiah).toBe(0);
    for (const posting of postings) expect(balanceOf(totalsOf([posting]))).toMatchObject({ balanced: true });
  }
});
