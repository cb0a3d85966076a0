import {
  allThree,
  attend,
  capitalLine,
  disburse,
  events,
  given,
  goodsLine,
  id,
  later,
  receipt,
  refusal,
  release,
  report,
  trainingLine,
} from '../testing/given-commitment.ts';
import type { CommitmentCommand } from './commands.ts';
import { lineOf } from './commitment.ts';

const loan = {
  collaborationId: id,
  lineId: capitalLine.lineId,
  msmeId: 'pasar',
  needId: 'pasar.capital',
  package: 'capital',
};
const training = {
  collaborationId: id,
  lineId: trainingLine.lineId,
  msmeId: 'toko',
  needId: 'toko.bookkeeping',
  package: 'training',
};
const holds = given(...allThree);
const lineAfter = (lineId: string, ...commands: CommitmentCommand[]) => lineOf(given(...allThree, ...commands), lineId);

describe('record-disbursement', () => {
  test('a disbursed loan counts as received and fulfils its line', () => {
    expect(events(holds, disburse(6_000_000), later)).toEqual([
      {
        type: 'line-receipt-confirmed',
        data: {
          ...loan,
          reportId: 'loan-event',
          reportedAmount: 6_000_000,
          confirmedAmount: 6_000_000,
          confirmedAt: later.toISOString(),
          note: null,
        },
      },
    ]);
    expect(lineAfter(capitalLine.lineId, disburse(6_000_000))).toMatchObject({
      status: 'fulfilled',
      reports: [{ reportId: 'loan-event', reported: 6_000_000, confirmed: 6_000_000, note: '', receiptNote: null }],
    });
  });

  test('a line stays open when one rupiah is missing', () => {
    expect(lineAfter(capitalLine.lineId, disburse(5_999_999))).toMatchObject({ status: 'open' });
  });

  test('a loan is disbursed once', () => {
    expect(events(given(...allThree, disburse(6_000_000)), disburse(6_000_000))).toEqual([]);
    expect(
      events(given(...allThree, disburse(6_000_000)), {
        type: 'record-disbursement',
        reportId: 'another',
        lineId: capitalLine.lineId,
        amountRupiah: 1,
      }),
    ).toEqual([]);
  });

  test('a disbursement counts also on a line that was released', () => {
    expect(lineAfter(capitalLine.lineId, release(capitalLine.lineId), disburse(6_000_000))).toMatchObject({
      status: 'fulfilled',
      releaseReason: 'msme-delisted',
    });
  });

  test('only a line of capital takes it', () => {
    expect(refusal(holds, disburse(1, goodsLine.lineId))).toEqual({ refused: 'no-such-line' });
    expect(refusal(holds, disburse(1, `${id}.9`))).toEqual({ refused: 'no-such-line' });
  });
});

describe('record-attendance', () => {
  const arrived = (amount: number) => ({
    type: 'line-receipt-confirmed',
    data: {
      ...training,
      reportId: 'training-event',
      reportedAmount: amount,
      confirmedAmount: amount,
      confirmedAt: later.toISOString(),
      note: null,
    },
  });
  const rest = (releasedAmount: number) => ({
    type: 'line-released',
    data: { ...training, releasedAmount, reason: 'attendance-below-seats' },
  });

  test('taken seats count as received', () => {
    expect(events(holds, attend(4), later)).toEqual([arrived(4)]);
    expect(lineAfter(trainingLine.lineId, attend(4))).toMatchObject({ status: 'fulfilled', releaseReason: null });
  });

  test('attendance beyond the seats does not count', () => {
    expect(events(holds, attend(5), later)).toEqual([arrived(4)]);
  });

  test('empty seats are released, and the line is fulfilled', () => {
    expect(events(holds, attend(3), later)).toEqual([arrived(3), rest(1)]);
    expect(lineAfter(trainingLine.lineId, attend(3))).toMatchObject({
      status: 'fulfilled',
      releaseReason: 'attendance-below-seats',
    });
  });

  test('all seats are released where nobody came', () => {
    expect(events(holds, attend(0), later)).toEqual([rest(4)]);
    expect(lineAfter(trainingLine.lineId, attend(0))).toMatchObject({
      status: 'released',
      releaseReason: 'attendance-below-seats',
    });
  });

  test.each([4, 3, 0])('a repeat of %i adds nothing', (attended) => {
    expect(events(given(...allThree, attend(attended)), attend(attended))).toEqual([]);
  });

  test('attendance counts also on a released line, and nothing is released twice', () => {
    expect(events(given(...allThree, release(trainingLine.lineId)), attend(3), later)).toEqual([arrived(3)]);
    expect(lineAfter(trainingLine.lineId, release(trainingLine.lineId), attend(3))).toMatchObject({
      status: 'released',
      releaseReason: 'msme-delisted',
    });
  });

  test('only lines of training take it, all of them or none', () => {
    expect(refusal(holds, attend(1, capitalLine.lineId))).toEqual({ refused: 'no-such-line' });
    const participants = [
      { lineId: trainingLine.lineId, attended: 1 },
      { lineId: `${id}.9`, attended: 1 },
    ];
    expect(refusal(holds, { type: 'record-attendance', reportId: 'training-event', participants })).toEqual({
      refused: 'no-such-line',
    });
  });
});

describe('release', () => {
  test('the whole promised amount is released where nothing was received', () => {
    expect(events(holds, release(capitalLine.lineId, 'contract-declined'))).toEqual([
      { type: 'line-released', data: { ...loan, releasedAmount: 6_000_000, reason: 'contract-declined' } },
    ]);
    expect(lineAfter(capitalLine.lineId, release(capitalLine.lineId, 'contract-declined'))).toMatchObject({
      status: 'released',
      releaseReason: 'contract-declined',
    });
    expect(events(holds, release(trainingLine.lineId, 'training-cancelled'))).toMatchObject([
      { data: { releasedAmount: 4, reason: 'training-cancelled' } },
    ]);
  });

  test('a goods line releases what is neither confirmed nor reported', () => {
    const state = given(...allThree, report('r1', 40), receipt('r1', 30), report('r2', 20));
    expect(events(state, release(goodsLine.lineId))).toMatchObject([{ data: { releasedAmount: 50 } }]);
  });

  test('several lines at once', () => {
    const command: CommitmentCommand = {
      type: 'release',
      lineIds: [goodsLine.lineId, capitalLine.lineId],
      reason: 'msme-delisted',
    };
    expect(events(holds, command).map(({ data }) => data)).toMatchObject([
      { lineId: goodsLine.lineId },
      { lineId: capitalLine.lineId },
    ]);
  });

  test('a line that is released or fulfilled is not released again', () => {
    expect(
      events(given(...allThree, release(goodsLine.lineId)), release(goodsLine.lineId, 'training-cancelled')),
    ).toEqual([]);
    expect(events(given(...allThree, disburse(6_000_000)), release(capitalLine.lineId))).toEqual([]);
  });

  test('a line that does not exist is refused', () => {
    expect(refusal(holds, release(`${id}.9`))).toEqual({ refused: 'no-such-line' });
  });
});
