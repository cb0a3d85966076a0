import { completed, declined, disbursed, exampleTerms, repayment, signed, taken, termsOfLots } from '../testing/example-loan.ts';
import { integersOf, shuffled } from '../testing/random.ts';
import { decide } from './decide.ts';
import type { Fact } from './facts.ts';
import { evolve, type Loan, type LoanEvent, noLoan, type Terms } from './loan.ts';
import { subtractLots, sumOfLots } from './lots.ts';
import { viewOf } from './view.ts';

const now = new Date('2026-11-25T00:00:00.000Z');
const at = now.toISOString();
const { loanId, collaborationId, msmeId, partner, lots } = exampleTerms;
const about = { loanId, collaborationId, msmeId, partner };

const tell = (fact: Fact) => ({ kind: 'tell', partner, fact }) as const;
const told = (fact: Fact): LoanEvent => ({ type: 'partner-told', data: { fact, at } });

/** The loan after its request and these facts, each of which has to be accepted. */
function given(facts: readonly Fact[], terms: Terms = exampleTerms): Loan {
  return facts.reduce<Loan>((loan, fact) => {
    const events = decide(loan, { ...tell(fact), partner: terms.partner }, now);
    if ('refused' in events) throw new Error(`${fact.kind}: ${events.refused}`);
    return events.reduce(evolve, loan);
  }, evolve(noLoan, { type: 'loan-requested', data: { terms, at } }));
}

const forwarded: LoanEvent = {
  type: 'contract-forwarded',
  data: { ...about, amountRupiah: 100, partnerContractId: 'AMN-1', signUrl: 'https://amanah.example/1' },
};
const signature: LoanEvent = { type: 'contract-signed', data: { ...about, signedAt: '2026-11-24T03:00:00.000Z' } };
const paidOut: LoanEvent = {
  type: 'loan-disbursed',
  data: { ...about, amountRupiah: 100, schedule: disbursed(100).schedule, lots, disbursedAt: '2026-11-24T04:00:00.000Z' },
};
function booked(n: number, amountRupiah: number, repaidRupiah: number): LoanEvent {
  const { repaymentId, instalment, at: receivedAt } = repayment(n, amountRupiah);
  const part = lots.map((lot) => ({ ...lot, amountRupiah }));
  return {
    type: 'repayment-received',
    data: { ...about, repaymentId, instalment, amountRupiah, repaidRupiah, outstandingRupiah: 100 - repaidRupiah, lots: part, receivedAt },
  };
}
const repaid = (n: number): LoanEvent => ({ type: 'loan-repaid', data: { ...about, amountRupiah: 100, lots, repaidAt: repayment(n, 1).at } });

const OPEN = [taken, signed, disbursed(100)];

describe('requesting', () => {
  test('a loan that is not there: it is requested', () => {
    expect(decide(noLoan, { kind: 'request', terms: exampleTerms }, now)).toEqual([{ type: 'loan-requested', data: { terms: exampleTerms, at } }]);
  });

  test('again: nothing', () => {
    expect(decide(given([]), { kind: 'request', terms: exampleTerms }, now)).toEqual([]);
  });

  test('with lots that do not add up: refused', () => {
    expect(decide(noLoan, { kind: 'request', terms: { ...exampleTerms, amountRupiah: 99 } }, now)).toEqual({ refused: 'lots-differ' });
  });

  test('with the same money in two lots: they become one', () => {
    const half = lots.map((lot) => ({ ...lot, amountRupiah: 50 }));
    expect(decide(noLoan, { kind: 'request', terms: { ...exampleTerms, lots: [...half, ...half] } }, now)).toEqual([
      { type: 'loan-requested', data: { terms: exampleTerms, at } },
    ]);
  });
});

describe('who tells', () => {
  test('of a loan that is not there: refused', () => {
    expect(decide(noLoan, tell(signed), now)).toEqual({ refused: 'no-such-loan' });
  });

  test('another partner than the one that has the loan: refused', () => {
    expect(decide(given([]), { kind: 'tell', partner: 'lumbung', fact: taken }, now)).toEqual({ refused: 'other-partner' });
  });
});

describe.each<[string, readonly Fact[], Fact, LoanEvent[]]>([
  ['requested, the partner takes it', [], taken, [forwarded]],
  ['requested, the partner refuses it', [], { kind: 'refused', reason: 'too small' }, [{ type: 'contract-declined', data: { ...about, reason: 'too small' } }]],
  ['requested, a signature comes too early', [], signed, []],
  ['a signature has come, the partner takes it', [signed], taken, [forwarded, signature]],
  ['awaiting the signature, it comes', [taken], signed, [signature]],
  ['awaiting the signature, the signer declines', [taken], declined, [{ type: 'contract-declined', data: { ...about, reason: 'declined by the signer' } }]],
  ['requested, a decline comes too early', [], declined, []],
  ['a decline has come, the partner takes it', [declined], taken, [forwarded, { type: 'contract-declined', data: { ...about, reason: 'declined by the signer' } }]],
  ['awaiting the signature, money is paid out too early', [taken], disbursed(100), []],
  ['signed, money is paid out', [taken, signed], disbursed(100), [paidOut]],
  ['signed, a repayment comes too early', [taken, signed], repayment(1, 60), []],
  ['paid out, a repayment comes', OPEN, repayment(1, 60), [booked(1, 60, 60)]],
  ['paid out, all comes at once', OPEN, repayment(1, 100), [booked(1, 100, 100), repaid(1)]],
  ['repaying, a part comes', [...OPEN, repayment(1, 60)], repayment(2, 30), [booked(2, 30, 90)]],
  ['repaying, the last rupiah comes', [...OPEN, repayment(1, 60)], repayment(2, 40), [booked(2, 40, 100), repaid(2)]],
  ['repaying, the completion comes before the last repayment', [...OPEN, repayment(1, 60)], completed(100), []],
  ['the completion has come, the last rupiah comes', [...OPEN, repayment(1, 60), completed(100)], repayment(2, 40), [booked(2, 40, 100), repaid(2)]],
  ['repaid, the completion comes', [...OPEN, repayment(1, 100)], completed(100), []],
  [
    'everything has come but the signature, it comes',
    [taken, completed(100), repayment(2, 40), repayment(1, 60), disbursed(100)],
    signed,
    [signature, paidOut, booked(2, 40, 40), booked(1, 60, 100), repaid(1)],
  ],
  ['declined by the partner, the signer declines too', [{ kind: 'refused', reason: 'x' }], declined, []],
])('%s', (_, facts, fact, events) => {
  test('it is kept, and what is due follows', () => {
    expect(decide(given(facts), tell(fact), now)).toEqual([told(fact), ...events]);
  });

  test('and a repeat changes nothing', () => {
    expect(decide(given([...facts, fact]), tell(fact), now)).toEqual([]);
  });
});

const refused: Fact = { kind: 'refused', reason: 'too small' };
const ALL = [...OPEN, repayment(1, 60), repayment(2, 40), completed(100)];

test.each<[string, readonly Fact[], Fact, string]>([
  ['paid out another amount', [taken, signed], disbursed(99), 'amount-differs'],
  ['paid out by a schedule of another amount', [taken, signed], { ...disbursed(100), schedule: disbursed(99).schedule }, 'schedule-differs'],
  ['paid back more than the loan', OPEN, repayment(1, 101), 'more-than-owed'],
  ['paid back more than is left', [...OPEN, repayment(1, 60)], repayment(2, 41), 'more-than-owed'],
  ['paid back more than what came early leaves', [repayment(1, 60)], repayment(2, 41), 'more-than-owed'],
  ['paid back after the last rupiah', ALL, repayment(3, 1), 'more-than-owed'],
  ['a repayment again with another amount', [...OPEN, repayment(1, 60)], repayment(1, 59), 'repayment-differs'],
  ['completed with another amount', OPEN, completed(99), 'amount-differs'],
  ['taken under another number', [taken], { ...taken, partnerContractId: 'AMN-2' }, 'other-contract'],
  ['taken after it was refused', [refused], taken, 'declined-before'],
  ['refused after it was taken', [taken], refused, 'taken-before'],
  ['refused after a signature', [signed], refused, 'taken-before'],
  ['refused after the signer declined', [declined], refused, 'taken-before'],
  ['declined after a signature', [taken, signed], declined, 'signed-before'],
  ['declined after it was paid out', [disbursed(100)], declined, 'signed-before'],
  ['declined after a repayment', [repayment(1, 60)], declined, 'signed-before'],
  ['declined after completion', [completed(100)], declined, 'signed-before'],
  ['signed after the signer declined', [taken, declined], signed, 'declined-before'],
  ['signed after the partner refused', [refused], signed, 'declined-before'],
  ['paid out after the signer declined', [taken, declined], disbursed(100), 'declined-before'],
  ['paid back after the signer declined', [taken, declined], repayment(1, 60), 'declined-before'],
  ['completed after the signer declined', [taken, declined], completed(100), 'declined-before'],
])('%s: refused', (_, facts, fact, reason) => {
  expect(decide(given(facts), tell(fact), now)).toEqual({ refused: reason });
});

test('whatever the order and the repeats, no rupiah appears or vanishes and the end is the same', () => {
  const next = integersOf(7);
  for (let round = 0; round < 300; round += 1) {
    const terms = termsOfLots(...Array.from({ length: 1 + next(4) }, () => 1 + next(1_000)));
    const cuts = Array.from({ length: next(5) }, () => 1 + next(terms.amountRupiah)).concat(terms.amountRupiah);
    const amounts = [...new Set(cuts)].sort((a, b) => a - b).map((cut, index, all) => cut - (all[index - 1] ?? 0));
    const facts = [taken, signed, disbursed(terms.amountRupiah), ...amounts.map((amount, index) => repayment(index + 1, amount)), completed(terms.amountRupiah)];
    const deliveries = shuffled([...facts, ...facts.filter(() => next(2) === 0)], next);

    let loan: Loan = evolve(noLoan, { type: 'loan-requested', data: { terms, at } });
    let owed = terms.lots;
    for (const fact of deliveries) {
      const events = decide(loan, tell(fact), now);
      if ('refused' in events) throw new Error(`${fact.kind}: ${events.refused}`);
      for (const event of events) {
        if (event.type !== 'repayment-received') continue;
        expect(sumOfLots(event.data.lots)).toBe(event.data.amountRupiah);
        owed = subtractLots(owed, event.data.lots);
        expect(sumOfLots(owed)).toBe(event.data.outstandingRupiah);
        expect(owed.every((lot) => lot.amountRupiah > 0)).toBe(true);
      }
      loan = events.reduce(evolve, loan);
    }
    expect(owed).toEqual([]);
    if (loan.status === 'unknown') throw new Error('the loan is gone');
    expect(viewOf(loan)).toMatchObject({ status: 'repaid', repaidRupiah: terms.amountRupiah });
  }
});
