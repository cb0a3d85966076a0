import { seededRandom, type SeededRandom } from '@ksbb/testkit';
import type { Lot } from '@ksbb/contracts';
import { decide as decideLoan } from '../loans/core/decide.ts';
import type { Report } from '../loans/core/partner-reports.ts';
import { evolve as evolveLoan, type Loan, type LoanEvent, initialState, type Terms } from '../loans/core/loan.ts';
import { sumOfLots } from '../kernel/lots.ts';
import { disbursed, exampleTerms, repayment, signed, taken, writtenOff } from '../testing/example-loan.ts';
import { type Posting, postDisbursement, postRepayment, postReversal, postWriteOff } from './ledger.ts';
import { type AccountTotals, balanceOf } from './ledger.ts';

/*
 * The money of a few donors through several generations of loans, reported in any order and twice, with losses on the
 * way: what the books say has to be what the loans say, at every moment.
 */

const now = new Date('2026-11-25T00:00:00.000Z');

function postingOf(event: LoanEvent): Posting | null {
  switch (event.type) {
    case 'loan-disbursed':
      return postDisbursement(event.data);
    case 'repayment-received':
      return postRepayment(event.data);
    case 'loan-written-off':
      return postWriteOff(event.data);
    default:
      return null;
  }
}

function totalsOf(postings: Iterable<Posting>): AccountTotals[] {
  const totals = new Map<string, AccountTotals>();
  for (const { entries } of postings) {
    for (const { account, debitRupiah, creditRupiah } of entries) {
      const sum = totals.get(account) ?? { account, debitRupiah: 0, creditRupiah: 0 };
      totals.set(account, {
        account,
        debitRupiah: sum.debitRupiah + debitRupiah,
        creditRupiah: sum.creditRupiah + creditRupiah,
      });
    }
  }
  return [...totals.values()];
}

const balances = (postings: Iterable<Posting>) => {
  const balance = balanceOf(totalsOf(postings));
  expect(balance).toMatchObject({ balanced: true, totalRupiah: 0 });
  return Object.fromEntries(
    balance.accounts.map(({ account, balanceRupiah }) => [account.slice('amanah:'.length), balanceRupiah]),
  ) as Record<string, number>;
};

/** What the partner reports of one loan: all comes back in a few parts, or the rest is lost. */
function reportsOf({ amountRupiah }: Terms, next: SeededRandom['below']): Report[] {
  const cuts = Array.from({ length: next(4) }, () => next(amountRupiah + 1));
  const lostRupiah = next(3) === 0 ? next(amountRupiah + 1) : 0;
  const paid = amountRupiah - lostRupiah;
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < paid), paid])]
    .filter((end) => end > 0)
    .sort((a, b) => a - b);
  const parts = ends.map((end, index) => end - (ends[index - 1] ?? 0));
  const repayments = parts.map((amount, index) => repayment(index + 1, amount));
  return [taken, signed, disbursed(amountRupiah), ...repayments, ...(lostRupiah > 0 ? [writtenOff(lostRupiah)] : [])];
}

type Books = Map<string, Posting>;

/** Records every report, in some order and partly twice; the events post under their ids, also twice. */
function live(terms: Terms, books: Books, random: SeededRandom): Loan {
  const { below: next } = random;
  const reports = reportsOf(terms, next);
  let loan: Loan = evolveLoan(initialState, { type: 'loan-requested', data: { terms, at: now.toISOString() } });
  let version = 1;
  for (const report of random.shuffled([...reports, ...reports.filter(() => next(2) === 0)])) {
    const events = decideLoan(loan, { type: 'record-report', partner: terms.partner, report }, now);
    if ('refused' in events) throw new Error(`${report.kind}: ${events.refused}`);
    for (const event of events) {
      loan = evolveLoan(loan, event);
      version += 1;
      const posting = postingOf(event);
      for (let times = next(2); posting !== null && times >= 0; times -= 1)
        books.set(`${terms.loanId}@${version}`, posting);
      balances(books.values());
    }
  }
  return loan;
}

test.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
  'no rupiah appears or vanishes over three generations, seed %i',
  (seed) => {
    const random = seededRandom(seed);
    const { below: next } = random;
    const books: Books = new Map();
    const donors = ['KSBB-0000-0000-0011', 'KSBB-0000-0000-0022', 'KSBB-0000-0000-0033'];
    let pool: Lot[] = donors.map((donorCollaborationId) => ({
      donorCollaborationId,
      generation: 1,
      amountRupiah: 1 + next(5_000_000),
    }));
    const given = sumOfLots(pool);
    let lost = 0;
    for (let generation = 1; generation <= 3 && pool.length > 0; generation += 1) {
      const terms: Terms = {
        ...exampleTerms,
        loanId: `KSBB-0000-0000-0011.${generation}`,
        amountRupiah: sumOfLots(pool),
        lots: pool,
      };
      const loan = live(terms, books, random);
      if (!('repaidLots' in loan)) throw new Error(`the loan is ${loan.status}`);
      lost += loan.status === 'written-off' ? loan.writtenOffRupiah : 0;
      const back = sumOfLots(loan.repaidLots);
      expect(balances(books.values())).toEqual({
        cash: back,
        donated: -given,
        lent: 0,
        ...(lost > 0 ? { 'written-off': lost } : {}),
      });
      expect(back + lost).toBe(given);
      pool = loan.repaidLots.map((lot) => ({ ...lot, generation: generation + 1 }));
    }
  },
);

test.each([1, 2, 3, 4, 5])('whatever is reversed, and posted anew, the books balance, seed %i', (seed) => {
  const random = seededRandom(seed);
  const { below: next } = random;
  const books: Books = new Map();
  live(exampleTerms, books, random);
  const before = balances(books.values());
  for (const [id, posting] of Array.from(books)) {
    if (next(2) === 0) continue;
    for (let times = 0; times < 2; times += 1) books.set(`reversal:${id}`, postReversal(posting, now));
    balances(books.values());
    books.set(`again:${id}`, posting);
  }
  expect(balances(books.values())).toEqual(before);
});

/** The postings of several loans at two partners, each with the id of its event. */
function postingsOf(random: SeededRandom): [string, Posting][] {
  const { below: next } = random;
  return Array.from({ length: 4 }, (_, at) => at + 1).flatMap((at) => {
    const own: Books = new Map();
    const amountRupiah = 1 + next(3_000_000);
    const lots = [{ donorCollaborationId: 'KSBB-0000-0000-0011', generation: 1 + next(3), amountRupiah }];
    live({ ...exampleTerms, loanId: `KSBB-0000-0000-0011.${at}`, amountRupiah, lots }, own, random);
    return [...own];
  });
}

test.each(Array.from({ length: 30 }, (_, seed) => seed + 1))(
  'postings, repeats and reversals may come in any order: balanced at every moment, and the end is the same, seed %i',
  (seed) => {
    const random = seededRandom(seed);
    const { below: next } = random;
    const all = postingsOf(random);
    const isReversed = new Map(all.map(([id]) => [id, next(3) === 0]));
    const books: Books = new Map();
    // A posting can be reversed from the moment it is there; both may come again at any time.
    const steps = random.shuffled(
      all.flatMap(([id, posting]) => [0, 1, 2].slice(next(2)).map(() => [id, posting] as const)),
    );
    for (const [id, posting] of steps) {
      if (books.has(id) && isReversed.get(id)) books.set(`reversal:${id}`, postReversal(books.get(id) as Posting, now));
      books.set(id, posting);
      balances(books.values());
    }
    for (const [id, posting] of random.shuffled(all)) {
      books.set(id, posting);
      if (isReversed.get(id)) books.set(`reversal:${id}`, postReversal(posting, now));
      balances(books.values());
    }
    const standing = all.flatMap(([id, posting]) => (isReversed.get(id) ? [] : [posting]));
    const netOf = (postings: Iterable<Posting>) =>
      Object.fromEntries(Object.entries(balances(postings)).filter(([, balance]) => balance !== 0));
    expect(netOf(books.values())).toEqual(netOf(standing));
  },
);
