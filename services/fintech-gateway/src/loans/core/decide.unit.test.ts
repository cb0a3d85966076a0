import { seededRandom } from '@ksbb/testkit';
import {
  cancelled,
  completed,
  declined,
  disbursed,
  exampleTerms,
  repayment,
  signed,
  taken,
  termsOfLots,
  writtenOff,
} from '../../testing/example-loan.ts';
import { decide } from './decide.ts';
import type { Report } from './partner-reports.ts';
import { evolve, type Loan, type LoanEvent, initialState, type Terms } from './loan.ts';
import { subtractLots, sumOfLots } from '../../kernel/lots.ts';
import { viewOf } from './view.ts';

const now = new Date('2026-11-25T00:00:00.000Z');
const at = now.toISOString();
const { loanId, collaborationId, msmeId, partner, lots } = exampleTerms;
const about = { loanId, collaborationId, msmeId, partner };

const record = (report: Report) => ({ type: 'record-report', partner, report }) as const;
const recorded = (report: Report): LoanEvent => ({ type: 'report-recorded', data: { report, at } });

/** The loan after its request and these reports, each of which has to be accepted. */
function given(reports: readonly Report[], terms: Terms = exampleTerms): Loan {
  return reports.reduce<Loan>(
    (loan, report) => {
      const events = decide(loan, { ...record(report), partner: terms.partner }, now);
      if ('refused' in events) throw new Error(`${report.kind}: ${events.refused}`);
      return events.reduce(evolve, loan);
    },
    evolve(initialState, { type: 'loan-requested', data: { terms, at } }),
  );
}

const forwarded: LoanEvent = {
  type: 'contract-forwarded',
  data: { ...about, amountRupiah: 100, partnerContractId: 'AMN-1', signUrl: 'https://amanah.example/1' },
};
const signature: LoanEvent = { type: 'contract-signed', data: { ...about, signedAt: '2026-11-24T03:00:00.000Z' } };
const paidOut: LoanEvent = {
  type: 'loan-disbursed',
  data: {
    ...about,
    amountRupiah: 100,
    schedule: disbursed(100).schedule,
    lots,
    disbursedAt: '2026-11-24T04:00:00.000Z',
  },
};
function booked(n: number, amountRupiah: number, repaidRupiah: number): LoanEvent {
  const { repaymentId, instalment, at: receivedAt } = repayment(n, amountRupiah);
  const part = lots.map((lot) => ({ ...lot, amountRupiah }));
  return {
    type: 'repayment-received',
    data: {
      ...about,
      repaymentId,
      instalment,
      amountRupiah,
      repaidRupiah,
      outstandingRupiah: 100 - repaidRupiah,
      lots: part,
      receivedAt,
    },
  };
}
const repaid = (n: number): LoanEvent => ({
  type: 'loan-repaid',
  data: { ...about, amountRupiah: 100, lots, repaidAt: repayment(n, 1).at },
});

const lost = (amountRupiah: number): LoanEvent => {
  const part = (rupiah: number) => (rupiah === 0 ? [] : lots.map((lot) => ({ ...lot, amountRupiah: rupiah })));
  const repaidRupiah = 100 - amountRupiah;
  const data = {
    ...about,
    amountRupiah,
    lots: part(amountRupiah),
    repaidRupiah,
    repaidLots: part(repaidRupiah),
    writtenOffAt: '2027-09-01T00:00:00.000Z',
  };
  return { type: 'loan-written-off', data };
};
const takenBack = (reason: string): LoanEvent => ({
  type: 'contract-cancelled',
  data: { ...about, reason, cancelledAt: '2026-11-26T00:00:00.000Z' },
});

const OPEN = [taken, signed, disbursed(100)];

describe('requesting', () => {
  test('a loan that is not there: it is requested', () => {
    expect(decide(initialState, { type: 'request', terms: exampleTerms }, now)).toEqual([
      { type: 'loan-requested', data: { terms: exampleTerms, at } },
    ]);
  });

  test('again: nothing', () => {
    expect(decide(given([]), { type: 'request', terms: exampleTerms }, now)).toEqual([]);
  });

  test('with lots that do not add up: refused', () => {
    expect(decide(initialState, { type: 'request', terms: { ...exampleTerms, amountRupiah: 99 } }, now)).toEqual({
      refused: 'lots-differ',
    });
  });

  test('with the same money in two lots: they become one', () => {
    const half = lots.map((lot) => ({ ...lot, amountRupiah: 50 }));
    expect(
      decide(initialState, { type: 'request', terms: { ...exampleTerms, lots: [...half, ...half] } }, now),
    ).toEqual([{ type: 'loan-requested', data: { terms: exampleTerms, at } }]);
  });
});

describe('who tells', () => {
  test('of a loan that is not there: refused', () => {
    expect(decide(initialState, record(signed), now)).toEqual({ refused: 'no-such-loan' });
  });

  test('another partner than the one that has the loan: refused', () => {
    expect(decide(given([]), { type: 'record-report', partner: 'lumbung', report: taken }, now)).toEqual({
      refused: 'other-partner',
    });
  });
});

describe.each<[string, readonly Report[], Report, LoanEvent[]]>([
  ['requested, the partner takes it', [], taken, [forwarded]],
  [
    'requested, the partner refuses it',
    [],
    { kind: 'refused', reason: 'too small' },
    [{ type: 'contract-declined', data: { ...about, reason: 'too small' } }],
  ],
  ['requested, a signature comes too early', [], signed, []],
  ['a signature has come, the partner takes it', [signed], taken, [forwarded, signature]],
  ['awaiting the signature, it comes', [taken], signed, [signature]],
  [
    'awaiting the signature, the signer declines',
    [taken],
    declined,
    [{ type: 'contract-declined', data: { ...about, reason: 'declined by the signer' } }],
  ],
  ['requested, a decline comes too early', [], declined, []],
  [
    'a decline has come, the partner takes it',
    [declined],
    taken,
    [forwarded, { type: 'contract-declined', data: { ...about, reason: 'declined by the signer' } }],
  ],
  ['awaiting the signature, money is paid out too early', [taken], disbursed(100), []],
  ['signed, money is paid out', [taken, signed], disbursed(100), [paidOut]],
  ['signed, a repayment comes too early', [taken, signed], repayment(1, 60), []],
  ['paid out, a repayment comes', OPEN, repayment(1, 60), [booked(1, 60, 60)]],
  ['paid out, all comes at once', OPEN, repayment(1, 100), [booked(1, 100, 100), repaid(1)]],
  ['repaying, a part comes', [...OPEN, repayment(1, 60)], repayment(2, 30), [booked(2, 30, 90)]],
  ['repaying, the last rupiah comes', [...OPEN, repayment(1, 60)], repayment(2, 40), [booked(2, 40, 100), repaid(2)]],
  ['repaying, the completion comes before the last repayment', [...OPEN, repayment(1, 60)], completed(100), []],
  [
    'the completion has come, the last rupiah comes',
    [...OPEN, repayment(1, 60), completed(100)],
    repayment(2, 40),
    [booked(2, 40, 100), repaid(2)],
  ],
  ['repaid, the completion comes', [...OPEN, repayment(1, 100)], completed(100), []],
  [
    'everything has come but the signature, it comes',
    [taken, completed(100), repayment(2, 40), repayment(1, 60), disbursed(100)],
    signed,
    [signature, paidOut, booked(2, 40, 40), booked(1, 60, 100), repaid(1)],
  ],
  ['declined by the partner, the signer declines too', [{ kind: 'refused', reason: 'x' }], declined, []],
  ['requested, a cancellation comes too early', [], cancelled, []],
  ['a cancellation has come, the partner takes it', [cancelled], taken, [forwarded, takenBack('by the partner')]],
  ['awaiting the signature, the partner cancels', [taken], cancelled, [takenBack('by the partner')]],
  ['signed, the partner cancels', [taken, signed], cancelled, [takenBack('by the partner')]],
  ['cancelled, a signature comes late', [taken, cancelled], signed, []],
  ['paid out, all of it is lost', OPEN, writtenOff(100), [lost(100)]],
  ['repaying, the rest is lost', [...OPEN, repayment(1, 60)], writtenOff(40), [lost(40)]],
  ['repaying, a loss comes before the last repayment', [...OPEN, repayment(1, 60)], writtenOff(10), []],
  [
    'a loss has come, the repayment before it comes',
    [...OPEN, repayment(1, 60), writtenOff(10)],
    repayment(2, 30),
    [booked(2, 30, 90), lost(10)],
  ],
  ['signed, a loss comes too early', [taken, signed], writtenOff(100), []],
  ['a loss has come, money is paid out', [taken, signed, writtenOff(100)], disbursed(100), [paidOut, lost(100)]],
])('%s', (_, reports, report, events) => {
  test('it is kept, and what is due follows', () => {
    expect(decide(given(reports), record(report), now)).toEqual([recorded(report), ...events]);
  });

  test('and a repeat changes nothing', () => {
    expect(decide(given([...reports, report]), record(report), now)).toEqual([]);
  });
});

const refused: Report = { kind: 'refused', reason: 'too small' };
const ALL = [...OPEN, repayment(1, 60), repayment(2, 40), completed(100)];

test.each<[string, readonly Report[], Report, string]>([
  ['paid out another amount', [taken, signed], disbursed(99), 'amount-differs'],
  [
    'paid out by a schedule of another amount',
    [taken, signed],
    { ...disbursed(100), schedule: disbursed(99).schedule },
    'schedule-differs',
  ],
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
  ['cancelled after it was paid out', OPEN, cancelled, 'paid-out-before'],
  ['cancelled after a repayment', [repayment(1, 60)], cancelled, 'paid-out-before'],
  ['cancelled after completion', [completed(100)], cancelled, 'paid-out-before'],
  ['cancelled after a loss', [writtenOff(100)], cancelled, 'paid-out-before'],
  ['paid out after it was cancelled', [taken, cancelled], disbursed(100), 'cancelled-before'],
  ['paid back after it was cancelled', [taken, cancelled], repayment(1, 60), 'cancelled-before'],
  ['lost after it was cancelled', [taken, cancelled], writtenOff(60), 'cancelled-before'],
  ['lost after the signer declined', [taken, declined], writtenOff(60), 'declined-before'],
  ['lost after the partner refused', [refused], writtenOff(60), 'declined-before'],
  ['completed after it was cancelled', [taken, cancelled], completed(100), 'cancelled-before'],
  ['completed after a loss', [...OPEN, writtenOff(100)], completed(100), 'amount-differs'],
  ['lost after completion', [...OPEN, completed(100)], writtenOff(100), 'more-than-owed'],
  ['lost more than is left', [...OPEN, repayment(1, 60)], writtenOff(41), 'more-than-owed'],
  ['lost again with another amount', [...OPEN, repayment(1, 60), writtenOff(40)], writtenOff(39), 'amount-differs'],
  ['paid back what was lost', [...OPEN, writtenOff(100)], repayment(1, 1), 'more-than-owed'],
  ['declined after a loss', [writtenOff(100)], declined, 'signed-before'],
  ['refused after it was lost', [writtenOff(100)], refused, 'taken-before'],
  ['completed after the signer declined', [taken, declined], completed(100), 'declined-before'],
])('%s: refused', (_, reports, report, reason) => {
  expect(decide(given(reports), record(report), now)).toEqual({ refused: reason });
});

test('whatever the order and the repeats, no rupiah appears or vanishes and the end is the same', () => {
  const { below: next, shuffled } = seededRandom(7);
  for (let round = 0; round < 300; round += 1) {
    const terms = termsOfLots(...Array.from({ length: 1 + next(4) }, () => 1 + next(1_000)));
    const cuts = Array.from({ length: next(5) }, () => 1 + next(terms.amountRupiah)).concat(terms.amountRupiah);
    const amounts = [...new Set(cuts)].sort((a, b) => a - b).map((cut, index, all) => cut - (all[index - 1] ?? 0));
    const reports = [
      taken,
      signed,
      disbursed(terms.amountRupiah),
      ...amounts.map((amount, index) => repayment(index + 1, amount)),
      completed(terms.amountRupiah),
    ];
    const deliveries = shuffled([...reports, ...reports.filter(() => next(2) === 0)]);

    let loan: Loan = evolve(initialState, { type: 'loan-requested', data: { terms, at } });
    let owed = terms.lots;
    for (const report of deliveries) {
      const events = decide(loan, record(report), now);
      if ('refused' in events) throw new Error(`${report.kind}: ${events.refused}`);
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
    expect(viewOf(loan, now)).toMatchObject({ status: 'repaid', repaidRupiah: terms.amountRupiah });
  }
});

describe('on its way', () => {
  const command = (type: 'forward' | 'resume') => ({ type }) as const;
  const park = { type: 'suspend', reason: 'answered 401' } as const;
  const cancel = { type: 'cancel', reason: 'withdrawn' } as const;
  const begun: LoanEvent = { type: 'forwarding-begun', data: { at } };
  const parkedEvent: LoanEvent = { type: 'contract-suspended', data: { reason: 'answered 401', at } };
  const asked: LoanEvent = { type: 'cancellation-asked', data: { reason: 'withdrawn', at } };
  const requested = given([]);
  const forwarding = evolve(requested, begun);
  const parked = evolve(forwarding, parkedEvent);
  const cancelledHere: LoanEvent = {
    type: 'contract-cancelled',
    data: { ...about, reason: 'withdrawn', cancelledAt: at },
  };
  const after = (loan: Loan, ...events: LoanEvent[]) => events.reduce(evolve, loan);

  test.each<[string, Loan, Parameters<typeof decide>[1], ReturnType<typeof decide>]>([
    ['requested: begins', requested, command('forward'), [begun]],
    ['on its way: does not begin again', forwarding, command('forward'), []],
    ['parked: does not begin by itself', parked, command('forward'), []],
    ['never requested: does not begin', initialState, command('forward'), []],
    ['requested: is parked', requested, park, [parkedEvent]],
    ['on its way: is parked', forwarding, park, [parkedEvent]],
    ['parked: is not parked again', parked, park, []],
    ['taken: is not parked', given([taken]), park, []],
    ['parked: is resumed', parked, command('resume'), [begun]],
    ['on its way: is resumed already', forwarding, command('resume'), []],
    ['requested: cannot be resumed', requested, command('resume'), { refused: 'not-parked' }],
    ['never requested: cannot be resumed', initialState, command('resume'), { refused: 'no-such-loan' }],
    ['never requested: cannot be cancelled', initialState, cancel, { refused: 'no-such-loan' }],
    ['requested: is cancelled at once', requested, cancel, [cancelledHere]],
    ['on its way: its cancellation is asked for', forwarding, cancel, [asked]],
    ['parked: its cancellation is asked for', parked, cancel, [asked]],
    ['taken: its cancellation is asked for', given([taken]), cancel, [asked]],
    ['signed: its cancellation is asked for', given([taken, signed]), cancel, [asked]],
    ['asked for already: nothing', evolve(forwarding, asked), cancel, []],
    ['paid out: cannot be cancelled', given(OPEN), cancel, { refused: 'paid-out' }],
    ['repaying: cannot be cancelled', given([...OPEN, repayment(1, 1)]), cancel, { refused: 'paid-out' }],
    ['repaid: nothing', given(ALL), cancel, []],
    ['lost: nothing', given([...OPEN, writtenOff(100)]), cancel, []],
    ['declined: nothing', given([taken, declined]), cancel, []],
    ['cancelled: nothing', after(requested, cancelledHere), cancel, []],
  ])('%s', (_, loan, done, result) => {
    expect(decide(loan, done, now)).toEqual(result);
  });

  test('a cancellation that was asked for holds though the partner never took the contract', () => {
    expect(decide(evolve(forwarding, asked), record(cancelled), now)).toEqual([
      recorded(cancelled),
      takenBack('withdrawn'),
    ]);
  });

  test('a parked contract that the partner has after all goes on', () => {
    expect(decide(parked, record(taken), now)).toEqual([recorded(taken), forwarded]);
    expect(after(parked, recorded(taken), forwarded)).toMatchObject({ status: 'awaiting-signature' });
  });

  test('a loss keeps what came back and whose it was', () => {
    const mixed = termsOfLots(60, 40);
    const loan = given([taken, signed, disbursed(100), repayment(1, 50), writtenOff(50)], mixed);
    expect(loan).toMatchObject({
      status: 'written-off',
      writtenOffRupiah: 50,
      repaidLots: [{ amountRupiah: 30 }, { amountRupiah: 20 }],
    });
  });
});
