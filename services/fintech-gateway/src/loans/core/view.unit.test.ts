import { declined, disbursed, exampleTerms, repayment, signed, taken, writtenOff } from '../../testing/example-loan.ts';
import { decide } from './decide.ts';
import type { Report } from './partner-reports.ts';
import { evolve, type KnownLoan, type Loan, type LoanEvent, initialState } from './loan.ts';
import { viewOf } from './view.ts';

const at = new Date('2026-11-25T00:00:00.000Z');

/** The donor's view after these reports, state a day apart. */
function viewAfter(...reports: Report[]) {
  return viewOf(loanAfter(...reports), at, 'donor');
}

function loanAfter(...reports: Report[]) {
  const requested: LoanEvent = { type: 'loan-requested', data: { terms: exampleTerms, at: at.toISOString() } };
  const loan = reports.reduce<Loan>(
    (before, report, index) => {
      const events = decide(
        before,
        { type: 'record-report', partner: 'amanah', report },
        new Date(at.getTime() + (index + 1) * 86_400_000),
      );
      return (events as LoanEvent[]).reduce(evolve, before);
    },
    evolve(initialState, requested),
  );
  return loan as KnownLoan;
}

test('a loan that was only requested', () => {
  const { loanId, collaborationId, msmeId, msmeName, partner, amountRupiah, lots } = exampleTerms;
  expect(viewAfter()).toEqual({
    loanId,
    collaborationId,
    msmeId,
    msmeName,
    partner,
    status: 'requested',
    amountRupiah,
    repaidRupiah: 0,
    partnerContractId: null,
    signUrl: null,
    schedule: [],
    arrears: null,
    writtenOffRupiah: 0,
    lots,
    relentFrom: null,
    updatedAt: '2026-11-25T00:00:00.000Z',
  });
});

test('shows the e-contract while its signature is awaited, and not after', () => {
  expect(viewAfter(taken)).toMatchObject({
    status: 'awaiting-signature',
    partnerContractId: 'AMN-1',
    signUrl: 'https://amanah.example/1',
  });
  expect(viewAfter(taken, signed)).toMatchObject({ status: 'signed', partnerContractId: 'AMN-1', signUrl: null });
});

test('shows the e-contract to the donor only, because everybody who has its page can sign', () => {
  expect(viewOf(loanAfter(taken), at, 'anyone')).toEqual({ ...viewAfter(taken), signUrl: null });
});

test('shows what is paid of each instalment, however it was split', () => {
  const view = viewAfter(taken, signed, disbursed(100), repayment(1, 30, 2), repayment(2, 5, 2), repayment(3, 50, 1));
  expect(view).toMatchObject({ status: 'repaying', repaidRupiah: 85, updatedAt: '2026-12-01T00:00:00.000Z' });
  expect(view.schedule).toEqual([
    { instalment: 1, dueDate: '2026-12-24', amountRupiah: 50, paidRupiah: 50 },
    { instalment: 2, dueDate: '2027-01-24', amountRupiah: 50, paidRupiah: 35 },
  ]);
});

test('shows nothing of a repayment that is too early', () => {
  expect(viewAfter(taken, repayment(1, 30))).toMatchObject({
    status: 'awaiting-signature',
    repaidRupiah: 0,
    schedule: [],
  });
});

test('a declined loan keeps its number at the partner', () => {
  expect(viewAfter(taken, declined)).toMatchObject({ status: 'declined', partnerContractId: 'AMN-1', signUrl: null });
  expect(viewAfter({ kind: 'refused', reason: 'x' })).toMatchObject({ status: 'declined', partnerContractId: null });
});

describe('in arrears', () => {
  const loan = (...reports: Report[]) => {
    const requested: LoanEvent = { type: 'loan-requested', data: { terms: exampleTerms, at: at.toISOString() } };
    const state = reports.reduce<Loan>(
      (before, report) =>
        (decide(before, { type: 'record-report', partner: 'amanah', report }, at) as LoanEvent[]).reduce(
          evolve,
          before,
        ),
      evolve(initialState, requested),
    );
    return (now: string) => {
      const { status, arrears } = viewOf(state as KnownLoan, new Date(now));
      return { status, arrears };
    };
  };
  const open = [taken, signed, disbursed(100)];

  test('the day after an instalment was due in Jakarta, and not on that day', () => {
    const view = loan(...open);
    expect(view('2026-12-24T16:59:59.999Z')).toEqual({ status: 'disbursed', arrears: null });
    expect(view('2026-12-24T17:00:00.000Z')).toEqual({
      status: 'in-arrears',
      arrears: { since: '2026-12-24', days: 1, amountRupiah: 50 },
    });
    expect(view('2027-02-01T00:00:00.000Z')).toEqual({
      status: 'in-arrears',
      arrears: { since: '2026-12-24', days: 39, amountRupiah: 100 },
    });
  });

  test('what was paid counts for the oldest, whichever instalment it was meant for', () => {
    const view = loan(...open, repayment(1, 50, 2), repayment(2, 20, 2));
    expect(view('2027-01-24T00:00:00.000Z')).toEqual({ status: 'repaying', arrears: null });
    expect(view('2027-01-26T00:00:00.000Z')).toEqual({
      status: 'in-arrears',
      arrears: { since: '2027-01-24', days: 2, amountRupiah: 30 },
    });
  });

  test('not after it was repaid or lost', () => {
    expect(loan(...open, repayment(1, 100))('2028-01-01T00:00:00.000Z')).toEqual({ status: 'repaid', arrears: null });
    expect(loan(...open, writtenOff(100))('2028-01-01T00:00:00.000Z')).toEqual({
      status: 'written-off',
      arrears: null,
    });
  });

  test('a loss is shown', () => {
    expect(viewAfter(...open, repayment(1, 60), writtenOff(40))).toMatchObject({
      status: 'written-off',
      repaidRupiah: 60,
      writtenOffRupiah: 40,
    });
  });
});
