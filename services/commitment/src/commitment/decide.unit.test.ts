import {
  area,
  attend,
  capitalLine,
  confirm,
  covered,
  disburse,
  events,
  given,
  goodsLine,
  id,
  later,
  now,
  receipt,
  refusal,
  release,
  report,
  request,
  requestOf,
  trainingLine,
  turnedAway,
} from '../testing/given-commitment.ts';
import { evolve } from './commitment.ts';

const place = { msmeId: 'pasar', msmeName: 'Pasar', area };
const requested = requestOf(goodsLine, capitalLine, trainingLine);

describe('request', () => {
  test('a commitment begins by reserving', () => {
    expect(events(given(), requested)).toEqual([
      { type: 'commitment-requested', data: { ...request, requestedAt: now.toISOString() } },
    ]);
    expect(given(requested)).toEqual({ status: 'reserving', request: { ...request, requestedAt: now.toISOString() } });
  });

  test('a repeat adds nothing, in every state', () => {
    expect(events(given(requested), requested)).toEqual([]);
    expect(events(given(requestOf(goodsLine), confirm(covered(goodsLine, 1))), requested)).toEqual([]);
  });
});

describe('confirm', () => {
  test("the commitment holds the covered lines, with the board's data of each need", () => {
    const replies = confirm(covered(goodsLine, 100), covered(capitalLine, 6_000_000), covered(trainingLine, 4));
    const [confirmed, ...others] = events(given(requested), replies, later);
    expect(others).toEqual([]);
    expect(confirmed).toEqual({
      type: 'commitment-confirmed',
      data: {
        collaborationId: id,
        origin: { kind: 'donor' },
        donorName: 'PT Contoh',
        confirmedAt: later.toISOString(),
        lines: [
          {
            ...place,
            lineId: `${id}.1`,
            needId: 'pasar.face-mask',
            package: 'goods',
            item: 'face-mask',
            quantity: 100,
          },
          {
            ...place,
            lineId: `${id}.2`,
            needId: 'pasar.capital',
            package: 'capital',
            amountRupiah: 6_000_000,
            partner: 'amanah',
            instalments: 3,
          },
          {
            msmeId: 'toko',
            msmeName: 'Toko',
            area,
            lineId: `${id}.3`,
            needId: 'toko.bookkeeping',
            package: 'training',
            topic: 'bookkeeping',
            skill: 'hard',
            seats: 4,
          },
        ],
        outcomes: [
          {
            needId: 'pasar.face-mask',
            msmeId: 'pasar',
            lineId: `${id}.1`,
            requested: 100,
            covered: 100,
            shortfallReason: null,
          },
          {
            needId: 'pasar.capital',
            msmeId: 'pasar',
            lineId: `${id}.2`,
            requested: 6_000_000,
            covered: 6_000_000,
            shortfallReason: null,
          },
          {
            needId: 'toko.bookkeeping',
            msmeId: 'toko',
            lineId: `${id}.3`,
            requested: 4,
            covered: 4,
            shortfallReason: null,
          },
        ],
      },
    });
  });

  test('lines that got nothing are reported and not held, a line that got one unit is held', () => {
    const partly = { ...covered(goodsLine, 1), shortfallReason: 'already-covered' as const };
    const state = given(requested, confirm(turnedAway(trainingLine), turnedAway(capitalLine), partly));
    expect(state).toMatchObject({
      status: 'confirmed',
      outcomes: [
        { lineId: `${id}.1`, requested: 100, covered: 1, shortfallReason: 'already-covered' },
        { lineId: null, requested: 6_000_000, covered: 0, shortfallReason: 'already-covered' },
        { lineId: null, requested: 4, covered: 0, shortfallReason: 'already-covered' },
      ],
      lines: [{ status: 'open', releaseReason: null, reports: [], terms: { lineId: `${id}.1`, quantity: 1 } }],
    });
  });

  test('a commitment is closed where nothing is covered', () => {
    const nothing = confirm(turnedAway(goodsLine), turnedAway(capitalLine), turnedAway(trainingLine));
    expect(events(given(requested), nothing, later)).toEqual([
      {
        type: 'commitment-closed',
        data: {
          collaborationId: id,
          origin: { kind: 'donor' },
          outcome: 'nothing-covered',
          closedAt: later.toISOString(),
          outcomes: expect.any(Array),
        },
      },
    ]);
    const state = given(requested, nothing);
    expect(state).toMatchObject({
      status: 'closed',
      outcome: 'nothing-covered',
      confirmedAt: null,
      lines: [],
      closedAt: now.toISOString(),
    });
    expect(state).toHaveProperty('outcomes.length', 3);
  });

  test('the first replies stand', () => {
    const other = confirm(turnedAway(goodsLine));
    expect(events(given(requestOf(goodsLine), confirm(covered(goodsLine, 5))), other)).toEqual([]);
    expect(events(given(requestOf(goodsLine), other), confirm(covered(goodsLine, 5)))).toEqual([]);
  });

  test('there is nothing to confirm before the request', () => {
    expect(refusal(given(), confirm(covered(goodsLine, 1)))).toEqual({ refused: 'not-confirmed-yet' });
  });

  test.each([
    ['no reply for a line', confirm(covered(capitalLine, 1))],
    ['a line without a need', confirm({ ...covered(goodsLine, 1), place: null })],
    ['a need of another package for goods', confirm({ ...covered(capitalLine, 1), lineId: goodsLine.lineId })],
  ])('%s is damaged data', (_what, command) => {
    expect(() => events(given(requestOf(goodsLine)), command)).toThrow(
      /the board (has no reply for|covered) KSBB-0000-0000-0011.1/,
    );
  });

  test.each([
    [capitalLine, covered(goodsLine, 1)],
    [trainingLine, covered(goodsLine, 1)],
  ])('a need of another package is damaged data for every package', (line, answer) => {
    expect(() => events(given(requestOf(line)), confirm({ ...answer, lineId: line.lineId }))).toThrow(
      'without a need of its package',
    );
  });
});

describe('before it is confirmed', () => {
  test.each([report('r', 1), receipt('r', 1), disburse(1), attend(1), release(goodsLine.lineId)])(
    '$type is too early',
    (command) => {
      expect(refusal(given(), command)).toEqual({ refused: 'not-confirmed-yet' });
      expect(refusal(given(requested), command)).toEqual({ refused: 'not-confirmed-yet' });
    },
  );
});

describe('closing', () => {
  const two = [requestOf(goodsLine, capitalLine), confirm(covered(goodsLine, 10), covered(capitalLine, 5_000_000))];
  const closed = (outcome: string) => ({
    type: 'commitment-closed',
    data: { collaborationId: id, origin: { kind: 'donor' }, outcome, closedAt: later.toISOString() },
  });

  test('the commitment stays open while a line is open', () => {
    expect(events(given(...two), disburse(5_000_000), later).map(({ type }) => type)).toEqual([
      'line-receipt-confirmed',
    ]);
  });

  test('the last line closes the commitment, as fulfilled where any line is fulfilled', () => {
    const half = given(...two, disburse(5_000_000));
    expect(events(half, release(goodsLine.lineId), later).at(-1)).toEqual(closed('fulfilled'));
    expect(events(given(...two, disburse(5_000_000), report('r', 10)), receipt('r', 10), later).at(-1)).toEqual(
      closed('fulfilled'),
    );
  });

  test('the commitment is released where no line is fulfilled', () => {
    const half = given(...two, release(capitalLine.lineId, 'contract-declined'));
    expect(events(half, release(goodsLine.lineId), later).at(-1)).toEqual(closed('released'));
  });

  test('a closed commitment keeps its lines, and a late event does not close it again', () => {
    const state = given(...two, release(goodsLine.lineId), release(capitalLine.lineId));
    expect(state).toMatchObject({
      status: 'closed',
      confirmedAt: now.toISOString(),
      closedAt: now.toISOString(),
      outcome: 'released',
      lines: [{}, {}],
      outcomes: [{}, {}],
    });
    expect(events(state, disburse(5_000_000)).map(({ type }) => type)).toEqual(['line-receipt-confirmed']);
    expect(given(...two, release(goodsLine.lineId), release(capitalLine.lineId), disburse(5_000_000))).toMatchObject({
      status: 'closed',
      outcome: 'released',
    });
  });
});

test('an event that cannot follow the state is damaged data', () => {
  const confirmed = events(given(requestOf(goodsLine)), confirm(covered(goodsLine, 1)));
  const [delivered] = events(given(requestOf(goodsLine), confirm(covered(goodsLine, 1))), report('r', 1));
  expect(() => confirmed.reduce(evolve, given())).toThrow('a commitment that is none cannot be confirmed');
  expect(() =>
    [delivered].reduce(
      (state, event) => (event === undefined ? state : evolve(state, event)),
      given(requestOf(goodsLine)),
    ),
  ).toThrow('a commitment that is reserving cannot have line-delivered');
});
