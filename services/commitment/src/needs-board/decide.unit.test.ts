import type { Need } from '@ksbb/contracts';
import {
  type Board,
  type BoardEvent,
  type BoardMsme,
  evolve,
  type KnownBoard,
  RESERVATIONS_LIMIT,
  TURNED_AWAY_KEPT,
  initialState,
} from './board.ts';
import { coverageOf, outstanding } from './coverage.ts';
import { type BoardCommand, decide, replyTo, type ReservationRequest } from './decide.ts';

const declaredAt = '2026-11-01T00:00:00.000Z';
const area = {
  kodeKelurahan: '31.71.01.1003',
  kelurahan: 'Petojo Utara',
  kecamatan: 'Gambir',
  kota: 'Kota Administrasi Jakarta Pusat',
};
const masks = (quantity: number): Need => ({
  needId: 'warung.face-mask',
  package: 'goods',
  item: 'face-mask',
  quantity,
  declaredAt,
});
const capital = (amountRupiah: number): Need => ({
  needId: 'warung.capital',
  package: 'capital',
  amountRupiah,
  declaredAt,
});
const seats: Need = {
  needId: 'warung.bookkeeping',
  package: 'training',
  topic: 'bookkeeping',
  skill: 'hard',
  seats: 4,
  declaredAt,
};
const warung = (...needs: Need[]): BoardMsme => ({ msmeId: 'warung', name: 'Warung', area, needs });

const declare = (msme: BoardMsme, version: number, listed = true): BoardCommand => ({
  type: 'declare',
  msme,
  version,
  listed,
});
const ask = (lineId: string, amount: number, more: Partial<ReservationRequest> = {}): ReservationRequest => ({
  lineId,
  needId: 'warung.face-mask',
  package: 'goods',
  amount,
  ...more,
});
function reply(board: Board, lineId: string) {
  const { covered, shortfallReason } = replyTo(board, lineId);
  return { covered, shortfallReason };
}
const needOf = (board: KnownBoard, needId: string) => board.needs.find(({ need }) => need.needId === needId);
const reserve = (...lines: ReservationRequest[]): BoardCommand => ({ type: 'reserve', lines });
const deliver = (lineId: string, id: string, amount: number): BoardCommand => ({
  type: 'record-delivery',
  lineId,
  fact: { id, amount },
});
const release = (lineId: string, id: string, amount: number): BoardCommand => ({
  type: 'release',
  lineId,
  fact: { id, amount },
});

function decided(board: Board, command: BoardCommand): BoardEvent[] {
  const events = decide(board, command);
  if ('refused' in events) throw new Error(events.refused);
  return events;
}

/** The board after these commands. */
function given(...commands: BoardCommand[]): Board {
  return commands.reduce((board, command) => decided(board, command).reduce(evolve, board), initialState);
}

function known(board: Board): KnownBoard {
  if (board.status === 'unknown') throw new Error('the board is unknown');
  return board;
}

/** What is said of masks, or of another need: declared, promised, delivered, open. */
function coverage(board: Board, needId = 'warung.face-mask'): number[] | undefined {
  const row = coverageOf(known(board)).needs.find((need) => need.needId === needId);
  return row === undefined ? undefined : [row.declared, row.promised, row.delivered, row.open];
}

const types = (events: BoardEvent[]) => events.map(({ type }) => type);
const listed = declare(warung(masks(100)), 1);

describe('declare', () => {
  test('the first state of an MSME is on the board, and the coverage of all its needs is published', () => {
    const events = decided(initialState, declare(warung(masks(100), capital(5_000_000), seats), 3));
    expect(events).toEqual([
      {
        type: 'needs-declared',
        data: { msme: warung(masks(100), capital(5_000_000), seats), version: 3, listed: true },
      },
      {
        type: 'need-coverage-changed',
        data: {
          msmeId: 'warung',
          needs: [
            { needId: 'warung.face-mask', package: 'goods', declared: 100, promised: 0, delivered: 0, open: 100 },
            {
              needId: 'warung.capital',
              package: 'capital',
              declared: 5_000_000,
              promised: 0,
              delivered: 0,
              open: 5_000_000,
            },
            { needId: 'warung.bookkeeping', package: 'training', declared: 4, promised: 0, delivered: 0, open: 4 },
          ],
        },
      },
    ]);
    expect(events.reduce(evolve, initialState)).toMatchObject({
      status: 'listed',
      msmeId: 'warung',
      name: 'Warung',
      area,
      msmeVersion: 3,
    });
  });

  test('a newer state wins, the same and an older one change nothing', () => {
    const board = given(listed, declare(warung(masks(80)), 2));
    expect(coverage(board)).toEqual([80, 0, 0, 80]);
    expect(decide(board, declare(warung(masks(100)), 2))).toEqual([]);
    expect(decide(board, declare(warung(masks(100)), 1))).toEqual([]);
  });

  test('states that arrive in the wrong order end in the same board', () => {
    const second = declare(warung(masks(80), seats), 2);
    expect(given(second, listed)).toEqual(given(listed, second));
    const gone = declare(warung(masks(100)), 2, false);
    expect(given(gone, listed)).toEqual(given(listed, gone));
    expect(given(gone)).toMatchObject({ status: 'delisted' });
  });

  test('a state with the same coverage does not publish the coverage again', () => {
    expect(types(decided(given(listed), declare({ ...warung(masks(100)), name: 'Warung Baru' }, 2)))).toEqual([
      'needs-declared',
    ]);
    expect(types(decided(initialState, declare(warung(), 1)))).toEqual(['needs-declared']);
  });

  test('an MSME may declare less than is promised: nothing is open, and the promised amount stays', () => {
    const board = given(listed, reserve(ask('a.1', 60)), declare(warung(masks(50)), 2));
    expect(coverage(board)).toEqual([50, 60, 0, 0]);
  });

  test('a need that is gone stays on the board with nothing declared while it has reservations', () => {
    const board = given(declare(warung(masks(100), seats), 1), reserve(ask('a.1', 60)), declare(warung(), 2));
    expect(coverage(board)).toEqual([0, 60, 0, 0]);
    expect(coverage(board, 'warung.bookkeeping')).toBeUndefined();
    expect(
      coverage(
        given(
          declare(warung(masks(100)), 1),
          reserve(ask('a.1', 60)),
          declare(warung(), 2),
          declare(warung(masks(90)), 3),
        ),
      ),
    ).toEqual([90, 60, 0, 30]);
  });
});

test('a need that is gone comes after the needs that stay, each once', () => {
  const both = [
    declare(warung(seats, masks(100)), 1),
    reserve(ask('a.1', 60), ask('a.2', 3, { needId: 'warung.bookkeeping', package: 'training' })),
  ];
  expect(coverageOf(known(given(...both, declare(warung(masks(100)), 2)))).needs).toMatchObject([
    { needId: 'warung.face-mask', declared: 100, promised: 60 },
    { needId: 'warung.bookkeeping', declared: 0, promised: 3 },
  ]);
});

describe('reserve', () => {
  test('an open need covers the requested amount, up to the last unit', () => {
    const events = decided(given(listed), reserve(ask('a.1', 99)));
    expect(events[0]).toEqual({
      type: 'line-reserved',
      data: { lineId: 'a.1', needId: 'warung.face-mask', covered: 99, reason: null },
    });
    expect(types(events)).toEqual(['line-reserved', 'need-coverage-changed']);
    const board = given(listed, reserve(ask('a.1', 99)), reserve(ask('b.1', 1)));
    expect(coverage(board)).toEqual([100, 100, 0, 0]);
    expect(reply(board, 'b.1')).toEqual({ covered: 1, shortfallReason: null });
  });

  test('a request for more than is open gets the rest, with the reason already-covered', () => {
    const board = given(listed, reserve(ask('a.1', 99)), reserve(ask('b.1', 2)));
    expect(reply(board, 'b.1')).toEqual({ covered: 1, shortfallReason: 'already-covered' });
    expect(coverage(board)).toEqual([100, 100, 0, 0]);
  });

  test('a request where nothing is open gets nothing and does not publish the coverage', () => {
    const events = decided(given(listed, reserve(ask('a.1', 100))), reserve(ask('b.1', 1)));
    expect(events).toEqual([{ type: 'line-turned-away', data: { lineId: 'b.1', reason: 'already-covered' } }]);
  });

  test('lines of one request are served in their order', () => {
    const board = given(
      declare(warung(masks(100), seats), 1),
      reserve(ask('a.1', 70), ask('a.2', 70), ask('a.3', 9, { needId: 'warung.bookkeeping', package: 'training' })),
    );
    expect(['a.1', 'a.2', 'a.3'].map((lineId) => reply(board, lineId))).toEqual([
      { covered: 70, shortfallReason: null },
      { covered: 30, shortfallReason: 'already-covered' },
      { covered: 4, shortfallReason: 'already-covered' },
    ]);
  });

  test.each([
    ['no-such-need', listed, ask('a.1', 1, { needId: 'warung.glove' })],
    ['no-such-need', declare(warung(), 1), ask('a.1', 1)],
    ['other-package', listed, ask('a.1', 1, { package: 'training' })],
    ['msme-not-listed', declare(warung(masks(100)), 1, false), ask('a.1', 1)],
  ] as const)('%s is said, and nothing is covered', (reason, declaration, line) => {
    const board = given(declaration);
    expect(decide(board, reserve(line))).toEqual([{ type: 'line-turned-away', data: { lineId: 'a.1', reason } }]);
    expect(reply(given(declaration, reserve(line)), 'a.1')).toEqual({ covered: 0, shortfallReason: reason });
  });

  test('a need that is not declared any more takes no reservations', () => {
    const board = given(listed, reserve(ask('a.1', 60)), declare(warung(), 2), reserve(ask('b.1', 1)));
    expect(reply(board, 'b.1')).toEqual({ covered: 0, shortfallReason: 'no-such-need' });
  });

  test('an unknown MSME gets no board and counts as not listed', () => {
    expect(decide(initialState, reserve(ask('a.1', 1)))).toEqual([]);
    expect(reply(initialState, 'a.1')).toEqual({ covered: 0, shortfallReason: 'msme-not-listed' });
    expect(reply(given(listed), 'never-asked.1')).toEqual({ covered: 0, shortfallReason: 'msme-not-listed' });
  });

  test('a board takes its thousandth reservation, of any need, and no more', () => {
    const many = Array.from({ length: RESERVATIONS_LIMIT - 2 }, (_, at) => ask(`${at}.1`, 1));
    const almost = given(
      declare(warung(masks(5_000), seats), 1),
      reserve(...many, ask('s.1', 1, { needId: 'warung.bookkeeping', package: 'training' })),
    );
    const full = given(
      declare(warung(masks(5_000), seats), 1),
      reserve(...many, ask('s.1', 1, { needId: 'warung.bookkeeping', package: 'training' }), ask('last.1', 1)),
    );
    expect(types(decided(almost, reserve(ask('last.1', 1))))[0]).toBe('line-reserved');
    expect(decide(full, reserve(ask('more.1', 1)))).toEqual([
      { type: 'line-turned-away', data: { lineId: 'more.1', reason: 'board-full' } },
    ]);
  });

  test('a repeat gets the first reply, also after other changes', () => {
    const board = given(listed, reserve(ask('a.1', 100)), reserve(ask('b.1', 5)), release('a.1', 'r', 40));
    expect(decide(board, reserve(ask('a.1', 100), ask('b.1', 5)))).toEqual([]);
    expect(reply(board, 'a.1')).toEqual({ covered: 100, shortfallReason: null });
    expect(reply(board, 'b.1')).toEqual({ covered: 0, shortfallReason: 'already-covered' });
    expect(types(decided(board, reserve(ask('a.1', 100), ask('c.1', 5))))).toEqual([
      'line-reserved',
      'need-coverage-changed',
    ]);
  });

  test('the board remembers the last lines that got nothing', () => {
    const lines = Array.from({ length: TURNED_AWAY_KEPT + 1 }, (_, at) => ask(`${at}.1`, 1));
    const { turnedAway } = known(given(listed, reserve(ask('a.1', 100)), reserve(...lines)));
    expect(turnedAway).toHaveLength(TURNED_AWAY_KEPT);
    expect(turnedAway[0]).toEqual({ lineId: '1.1', reason: 'already-covered' });
  });

  test('a reservation remembers under which state of the MSME it was made', () => {
    const board = known(given(listed, declare(warung(masks(100)), 7), reserve(ask('a.1', 1))));
    expect(needOf(board, 'warung.face-mask')?.reservations).toEqual([
      { lineId: 'a.1', covered: 1, reason: null, msmeVersion: 7, deliveries: [], releases: [] },
    ]);
  });
});

describe('record-delivery and release', () => {
  const promised = [listed, reserve(ask('a.1', 60), ask('b.1', 10))];

  test('a received amount is delivered and stays promised', () => {
    const events = decided(given(...promised), deliver('a.1', 'report-1', 25));
    expect(types(events)).toEqual(['delivery-recorded', 'need-coverage-changed']);
    expect(
      coverage(
        given(
          ...promised,
          deliver('a.1', 'report-1', 25),
          deliver('a.1', 'report-2', 5),
          deliver('b.1', 'report-1', 1),
        ),
      ),
    ).toEqual([100, 70, 31, 30]);
  });

  test('a released amount is open again', () => {
    expect(types(decided(given(...promised), release('a.1', 'event-1', 35)))).toEqual([
      'reservation-released',
      'need-coverage-changed',
    ]);
    const board = given(...promised, release('a.1', 'event-1', 35), release('a.1', 'event-2', 5));
    expect(coverage(board)).toEqual([100, 30, 0, 70]);
    expect(
      reply(given(listed, reserve(ask('a.1', 100)), release('a.1', 'r', 100), reserve(ask('c.1', 100))), 'c.1'),
    ).toEqual({ covered: 100, shortfallReason: null });
  });

  test('a repeat changes nothing, and a delivery and a release may have the same id', () => {
    const board = given(...promised, deliver('a.1', 'x', 25), release('a.1', 'x', 35));
    expect(coverage(board)).toEqual([100, 35, 25, 65]);
    expect(decide(board, deliver('a.1', 'x', 25))).toEqual([]);
    expect(decide(board, release('a.1', 'x', 35))).toEqual([]);
  });

  test('their order makes no difference', () => {
    const facts = [deliver('a.1', 'x', 25), release('a.1', 'y', 35)];
    expect(coverageOf(known(given(...promised, ...facts.toReversed())))).toEqual(
      coverageOf(known(given(...promised, ...facts))),
    );
  });

  test('an amount that is delivered after its release counts as promised and delivered', () => {
    const board = given(...promised, release('a.1', 'y', 60), deliver('a.1', 'x', 60));
    expect(coverage(board)).toEqual([100, 70, 60, 30]);
  });

  test('a delivery of nothing does not publish the coverage', () => {
    expect(types(decided(given(...promised), deliver('a.1', 'x', 0)))).toEqual(['delivery-recorded']);
  });

  test('a line that the board never reserved is refused', () => {
    const board = given(...promised, declare(warung(masks(70)), 2), reserve(ask('c.1', 1)));
    for (const command of [deliver('z.1', 'x', 1), release('z.1', 'x', 1), deliver('c.1', 'x', 1)]) {
      expect(decide(board, command)).toEqual({ refused: 'no-such-line' });
    }
    expect(decide(initialState, deliver('a.1', 'x', 1))).toEqual({ refused: 'no-such-line' });
  });

  test('outstanding is the amount that is neither delivered nor released', () => {
    const board = known(given(...promised, deliver('a.1', 'x', 25), release('a.1', 'y', 5)));
    expect(needOf(board, 'warung.face-mask')?.reservations.map(outstanding)).toEqual([30, 10]);
  });
});

test('an event that cannot follow the board is damaged data', () => {
  expect(() =>
    evolve(initialState, { type: 'line-turned-away', data: { lineId: 'a.1', reason: 'already-covered' } }),
  ).toThrow('an unknown board cannot have line-turned-away');
});
