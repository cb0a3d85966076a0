import { countEffects, holds } from './row.ts';

test('each effect once holds', () => {
  const row = countEffects('kill', 3, ['a', 'b'], ['b', 'a']);
  expect(row).toEqual({ row: 'kill', faults: 3, in: 2, out: 2, lost: 0, doubled: 0, unexpected: 0 });
  expect(holds(row)).toBe(true);
});

test.each([
  ['a lost one', ['a'], { lost: 1, doubled: 0, unexpected: 0 }],
  ['a doubled one', ['a', 'b', 'b'], { lost: 0, doubled: 1, unexpected: 0 }],
  ['one that nobody sent', ['a', 'b', 'c'], { lost: 0, doubled: 0, unexpected: 1 }],
])('%s does not', (_what, seen, counts) => {
  const row = countEffects('kill', 0, ['a', 'b'], seen);
  expect(row).toMatchObject(counts);
  expect(holds(row)).toBe(false);
});
