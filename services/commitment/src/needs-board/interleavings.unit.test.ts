import type { Need } from '@ksbb/contracts';
import { seededRandom } from '@ksbb/testkit';
import { type Board, evolve, initialState } from './board.ts';
import { coverageOf } from './coverage.ts';
import { type BoardCommand, decide, replyTo, type ReservationReply } from './decide.ts';

/*
 * Invariants under any order of commands: seeded runs of random commands, with repeats and late ones among them, and a
 * check of the invariants after each step.
 */

const RUNS = 25;
const STEPS = 200;
const DONORS = 40;
const needIds = ['warung.face-mask', 'warung.glove'];
const area = {
  kodeKelurahan: '31.71.01.1003',
  kelurahan: 'Petojo Utara',
  kecamatan: 'Gambir',
  kota: 'Kota Administrasi Jakarta Pusat',
};

function needs(random: (below: number) => number): Need[] {
  const all = needIds.map((needId): Need => ({
    needId,
    package: 'goods',
    item: needId.endsWith('glove') ? 'glove' : 'face-mask',
    quantity: 1 + random(60),
    declaredAt: '2026-11-01T00:00:00.000Z',
  }));
  return random(8) === 0 ? all.slice(1) : all;
}

function randomCommand(random: (below: number) => number): BoardCommand {
  const lineId = `donor-${random(DONORS)}.1`;
  const needId = needIds[random(2)] ?? '';
  switch (random(7)) {
    case 0:
      return {
        type: 'declare',
        msme: { msmeId: 'warung', name: 'Warung', area, needs: needs(random) },
        version: 1 + random(40),
        listed: random(10) > 0,
      };
    case 1:
      return { type: 'record-delivery', lineId, fact: { id: `report-${random(3)}`, amount: random(4) } };
    case 2:
      return { type: 'release', lineId, fact: { id: `event-${random(2)}`, amount: random(4) } };
    default:
      return { type: 'reserve', lines: [{ lineId, needId, package: 'goods', amount: 1 + random(12) }] };
  }
}

const rows = (board: Board) => (board.status === 'unknown' ? [] : coverageOf(board).needs);
const promisedOf = (board: Board, needId: string) => rows(board).find((row) => row.needId === needId)?.promised ?? 0;

function expectLawful(before: Board, after: Board, command: BoardCommand): void {
  for (const row of rows(after)) {
    expect(row.open).toBe(Math.max(0, row.declared - row.promised));
    expect(row.delivered).toBeLessThanOrEqual(row.promised);
    // Promised exceeds declared only where the MSME declared less later. Then a reservation adds nothing.
    if (command.type === 'reserve')
      expect(row.promised).toBeLessThanOrEqual(Math.max(row.declared, promisedOf(before, row.needId)));
    if (command.type === 'declare') expect(row.promised).toBe(promisedOf(before, row.needId));
    if (command.type === 'release') expect(row.promised).toBeLessThanOrEqual(promisedOf(before, row.needId));
  }
}

test.each(Array.from({ length: RUNS }, (_, at) => at + 1))(
  'seed %i: a reservation never makes promised exceed declared, and a reply never changes',
  (seed) => {
    const random = seededRandom(seed).below;
    const replies = new Map<string, Omit<ReservationReply, 'place'>>();
    let board: Board = initialState;
    for (let step = 0; step < STEPS; step += 1) {
      const command = randomCommand(random);
      const events = decide(board, command);
      if ('refused' in events) continue;
      const before = board;
      board = events.reduce(evolve, before);
      expectLawful(before, board, command);
      expect(decide(board, command)).toEqual([]);
      if (command.type !== 'reserve' || board.status === 'unknown') continue;
      for (const { lineId } of command.lines) {
        const { place: _, ...reply } = replyTo(board, lineId);
        expect(reply).toEqual(replies.get(lineId) ?? reply);
        replies.set(lineId, reply);
      }
    }
    expect(replies.size).toBeGreaterThan(0);
  },
);
