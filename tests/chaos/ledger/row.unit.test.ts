import { differences, holds, joined, ledgerOf, rowOf } from './row.ts';

test('each fact as often as it had to be holds', () => {
  const row = rowOf('kill', 3, ['a', 'b', 'a'], ['a', 'b', 'a']);
  expect(row).toEqual({ row: 'kill', faults: 3, in: 3, out: 3, lost: 0, doubled: 0, unexpected: 0 });
  expect(holds(row)).toBe(true);
});

test.each([
  ['a lost one', ['a', 'b'], ['b'], { lost: 1, doubled: 0, unexpected: 0 }],
  ['one of two', ['a', 'a', 'b'], ['a', 'b'], { lost: 1, doubled: 0, unexpected: 0 }],
  ['a doubled one', ['a', 'b'], ['a', 'b', 'b'], { lost: 0, doubled: 1, unexpected: 0 }],
  ['one that nobody expected', ['a'], ['a', 'c', 'c'], { lost: 0, doubled: 0, unexpected: 2 }],
  ['one in the place of another', ['a'], ['b'], { lost: 1, doubled: 0, unexpected: 1 }],
])('%s does not hold', (_what, expected, seen, counts) => {
  const row = rowOf('kill', 0, expected, seen);
  expect(row).toMatchObject(counts);
  expect(holds(row)).toBe(false);
});

test('parts of a row add up', () => {
  const [one, other] = [rowOf('replicas', 1, ['a'], []), rowOf('replicas', 2, ['a'], ['a', 'a', 'b'])];
  expect(joined(one, other)).toEqual({ row: 'replicas', faults: 3, in: 2, out: 3, lost: 1, doubled: 1, unexpected: 1 });
});

test('what differs is named', () => {
  expect(differences(['a', 'b'], ['b', 'b', 'c'])).toEqual({ lost: ['a'], doubled: ['b'], unexpected: ['c'] });
});

test('the ledger says what went in and what came out, row by row and together', () => {
  const rows = [rowOf('race', 200, ['a', 'b'], ['a', 'b']), rowOf('kill', 3, ['a'], ['a', 'a'])];
  expect(ledgerOf(rows)).toEqual([
    'row   faults  in  out  lost  doubled  unexpected',
    'race     200   2    2     0        0           0',
    'kill       3   1    2     0        1           0',
    'all      203   3    4     0        1           0',
  ]);
  expect(ledgerOf(rows.slice(1))).toEqual([
    'row   faults  in  out  lost  doubled  unexpected',
    'kill       3   1    2     0        1           0',
  ]);
});
