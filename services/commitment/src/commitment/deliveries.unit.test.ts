import {
  allThree,
  capitalLine,
  confirm,
  covered,
  events,
  given,
  goodsLine,
  goodsOnly,
  id,
  later,
  now,
  receipt,
  refusal,
  release,
  report,
  requestOf,
  trainingLine,
} from '../testing/given-commitment.ts';
import type { CommitmentCommand } from './commands.ts';
import { lineOf } from './commitment.ts';
import { confirmedOn, missingOn, reportedOn } from './line.ts';
import { REPORTS_LIMIT } from './deliveries.ts';

const about = {
  collaborationId: id,
  lineId: goodsLine.lineId,
  msmeId: 'pasar',
  needId: 'pasar.face-mask',
  package: 'goods',
};
const faults = (...rows: [number, string, number][]) => ({
  refused: 'impossible-lines',
  faults: rows.map(([at, fault, missing]) => ({ at, fault, missing })),
});

/** Reported, confirmed, missing, and the state of the line of goods. */
function goodsAfter(...commands: CommitmentCommand[]) {
  const line = lineOf(given(...goodsOnly, ...commands), goodsLine.lineId);
  if (line === undefined) throw new Error('the line is gone');
  return [reportedOn(line), confirmedOn(line), missingOn(line), line.status];
}

describe('report-delivery', () => {
  test('a report has the total that was reported so far', () => {
    const delivered = {
      collaborationId: id,
      lineId: goodsLine.lineId,
      msmeId: 'pasar',
      reportedAt: later.toISOString(),
    };
    expect(events(given(...goodsOnly), report('r1', 100, { note: 'left at the gate' }), later)).toEqual([
      {
        type: 'line-delivered',
        data: { ...delivered, reportId: 'r1', quantity: 100, reportedTotal: 100, note: 'left at the gate' },
      },
    ]);
    expect(events(given(...goodsOnly, report('r1', 60)), report('r2', 40), later)).toEqual([
      { type: 'line-delivered', data: { ...delivered, reportId: 'r2', quantity: 40, reportedTotal: 100, note: '' } },
    ]);
    expect(lineOf(given(...goodsOnly, report('r1', 60, { note: 'n' })), goodsLine.lineId)?.reports).toEqual([
      { reportId: 'r1', reported: 60, confirmed: null, note: 'n', receiptNote: null, reportedAt: now.toISOString() },
    ]);
  });

  test('several lines are one report', () => {
    const second = { ...goodsLine, lineId: `${id}.2`, needId: 'pasar.glove' };
    const need = covered(goodsLine, 10).place;
    const two = [
      requestOf(goodsLine, second),
      confirm(covered(goodsLine, 100), { lineId: second.lineId, covered: 10, shortfallReason: null, place: need }),
    ];
    const both: CommitmentCommand = {
      type: 'report-delivery',
      reportId: 'r',
      note: '',
      lines: [
        { lineId: second.lineId, quantity: 10 },
        { lineId: goodsLine.lineId, quantity: 1 },
      ],
    };
    expect(events(given(...two), both).map(({ data }) => data)).toMatchObject([
      { lineId: second.lineId, quantity: 10 },
      { lineId: goodsLine.lineId, quantity: 1 },
    ]);
    const state = given(...two, both);
    expect(events(state, both)).toEqual([]);
    expect(refusal(state, { ...both, lines: both.lines.slice(0, 1) })).toEqual({ refused: 'other-report' });
    expect(
      refusal(state, { ...both, lines: [...both.lines.slice(0, 1), { lineId: goodsLine.lineId, quantity: 2 }] }),
    ).toEqual({ refused: 'other-report' });
  });

  test('one more than was promised is impossible, and so is one more than is missing', () => {
    expect(refusal(given(...goodsOnly), report('r1', 101))).toEqual(faults([0, 'more-than-missing', 100]));
    expect(refusal(given(...goodsOnly, report('r1', 60)), report('r2', 41))).toEqual(
      faults([0, 'more-than-missing', 40]),
    );
  });

  test('what the MSME did not receive can be delivered again, and not more', () => {
    const short = [report('r1', 100), receipt('r1', 99)];
    expect(goodsAfter(...short)).toEqual([100, 99, 1, 'open']);
    expect(refusal(given(...goodsOnly, ...short), report('r2', 2))).toEqual(faults([0, 'more-than-missing', 1]));
    expect(goodsAfter(...short, report('r2', 1))).toEqual([101, 99, 0, 'open']);
    expect(goodsAfter(...short, report('r2', 1), receipt('r2', 1))).toEqual([101, 100, 0, 'fulfilled']);
  });

  test('every impossible line is named, and nothing is recorded', () => {
    const wrong: CommitmentCommand = {
      type: 'report-delivery',
      reportId: 'r',
      note: '',
      lines: [
        { lineId: goodsLine.lineId, quantity: 1 },
        { lineId: capitalLine.lineId, quantity: 1 },
        { lineId: trainingLine.lineId, quantity: 1 },
        { lineId: `${id}.9`, quantity: 1 },
      ],
    };
    expect(refusal(given(...allThree), wrong)).toEqual(
      faults([1, 'not-goods', 6_000_000], [2, 'not-goods', 4], [3, 'no-such-line', 0]),
    );
  });

  test('a report on a fulfilled or released line is refused', () => {
    expect(refusal(given(...allThree, report('r1', 100), receipt('r1', 100)), report('r2', 1))).toEqual(
      faults([0, 'not-open', 0]),
    );
    expect(refusal(given(...allThree, release(goodsLine.lineId)), report('r2', 1))).toEqual(
      faults([0, 'not-open', 100]),
    );
  });

  test('a line takes its last report and no more', () => {
    const many = Array.from({ length: REPORTS_LIMIT }, (_, at) => report(`r${at}`, 1));
    expect(events(given(...goodsOnly, ...many.slice(1)), report('r', 1))).toHaveLength(1);
    expect(refusal(given(...goodsOnly, ...many), report('r', 1))).toEqual(
      faults([0, 'too-many-reports', 100 - REPORTS_LIMIT]),
    );
  });

  test('a repeat adds nothing, also after all was confirmed; another report under its id is refused', () => {
    const state = given(...goodsOnly, report('r1', 100, { note: 'n' }), receipt('r1', 100));
    expect(events(state, report('r1', 100, { note: 'n' }))).toEqual([]);
    expect(refusal(state, report('r1', 99, { note: 'n' }))).toEqual({ refused: 'other-report' });
    expect(refusal(state, report('r1', 100, { note: 'm' }))).toEqual({ refused: 'other-report' });
    expect(refusal(state, report('r1', 100, { note: 'n', lineId: `${id}.9` }))).toEqual({ refused: 'other-report' });
  });
});

describe('confirm-receipt', () => {
  const reported = [...goodsOnly, report('r1', 60)];

  test('a receipt has the confirmed and the reported amount', () => {
    expect(events(given(...reported), receipt('r1', 59, { note: 'one was torn' }), later)).toEqual([
      {
        type: 'line-receipt-confirmed',
        data: {
          ...about,
          reportId: 'r1',
          reportedAmount: 60,
          confirmedAmount: 59,
          confirmedAt: later.toISOString(),
          note: 'one was torn',
        },
      },
    ]);
    expect(lineOf(given(...reported, receipt('r1', 59, { note: 'one was torn' })), goodsLine.lineId)?.reports).toEqual([
      {
        reportId: 'r1',
        reported: 60,
        confirmed: 59,
        note: '',
        receiptNote: 'one was torn',
        reportedAt: now.toISOString(),
      },
    ]);
  });

  test('an MSME may confirm everything or nothing of a report, and not more', () => {
    expect(goodsAfter(report('r1', 60), receipt('r1', 60))).toEqual([60, 60, 40, 'open']);
    expect(goodsAfter(report('r1', 60), receipt('r1', 0))).toEqual([60, 0, 100, 'open']);
    expect(refusal(given(...reported), receipt('r1', 61))).toEqual({ refused: 'more-than-reported', reported: 60 });
  });

  test('a line is fulfilled when the MSME received the promised amount, over several reports', () => {
    expect(goodsAfter(report('r1', 60), report('r2', 40), receipt('r2', 40))).toEqual([100, 40, 0, 'open']);
    expect(goodsAfter(report('r1', 60), report('r2', 40), receipt('r2', 40), receipt('r1', 60))).toEqual([
      100,
      100,
      0,
      'fulfilled',
    ]);
  });

  test('a report is confirmed once', () => {
    const state = given(...reported, receipt('r1', 59));
    expect(events(state, receipt('r1', 59))).toEqual([]);
    expect(refusal(state, receipt('r1', 60))).toEqual({ refused: 'already-confirmed', confirmed: 59 });
    expect(refusal(given(...reported, receipt('r1', 0)), receipt('r1', 1))).toEqual({
      refused: 'already-confirmed',
      confirmed: 0,
    });
  });

  test('only its own MSME confirms, on an existing line and report', () => {
    expect(refusal(given(...reported), receipt('r1', 60, { msmeId: 'toko' }))).toEqual({ refused: 'not-your-line' });
    expect(refusal(given(...reported), receipt('r1', 60, { lineId: `${id}.9` }))).toEqual({ refused: 'no-such-line' });
    expect(refusal(given(...reported), receipt('r2', 60))).toEqual({ refused: 'no-such-report' });
  });

  test('a report before a release can be confirmed, and what was not received is released too', () => {
    const released = [...goodsOnly, report('r1', 60), release(goodsLine.lineId)];
    expect(events(given(...released), receipt('r1', 60)).map(({ type }) => type)).toEqual(['line-receipt-confirmed']);
    expect(events(given(...released), receipt('r1', 59)).slice(1)).toEqual([
      { type: 'line-released', data: { ...about, releasedAmount: 1, reason: 'msme-delisted' } },
    ]);
    expect(lineOf(given(...released, receipt('r1', 59)), goodsLine.lineId)).toMatchObject({
      status: 'released',
      releaseReason: 'msme-delisted',
    });
  });

  test('a receipt fulfils a line whose whole amount was reported before it was released', () => {
    expect(goodsAfter(report('r1', 100), release(goodsLine.lineId))).toEqual([100, 0, 0, 'released']);
    expect(goodsAfter(report('r1', 100), release(goodsLine.lineId), receipt('r1', 100))).toEqual([
      100,
      100,
      0,
      'fulfilled',
    ]);
  });
});
