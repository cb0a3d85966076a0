import { countFacts, differences, holds, joined, joinedFacts, tableOf } from './report.ts';

const nobody = () => undefined;
const counts = (faults: number, expected: string[], seen: string[]) => countFacts(faults, { expected, seen }, nobody);

test('each fact as often as expected holds', () => {
  const kill = counts(3, ['a', 'b', 'a'], ['a', 'b', 'a']);
  expect(kill).toEqual({ faults: 3, in: 3, out: 3, lost: 0, doubled: 0, unexpected: 0 });
  expect(holds(kill)).toBe(true);
});

test.each([
  ['a lost fact', ['a', 'b'], ['b'], { lost: 1, doubled: 0, unexpected: 0 }],
  ['one of two', ['a', 'a', 'b'], ['a', 'b'], { lost: 1, doubled: 0, unexpected: 0 }],
  ['a doubled fact', ['a', 'b'], ['a', 'b', 'b'], { lost: 0, doubled: 1, unexpected: 0 }],
  ['an unexpected fact', ['a'], ['a', 'c', 'c'], { lost: 0, doubled: 0, unexpected: 2 }],
  ['a fact in the place of another', ['a'], ['b'], { lost: 1, doubled: 0, unexpected: 1 }],
])('%s does not hold', (_what, expected, seen, differing) => {
  const kill = counts(0, expected, seen);
  expect(kill).toMatchObject(differing);
  expect(holds(kill)).toBe(false);
});

test('parts of a scenario add up', () => {
  const [one, other] = [counts(1, ['a'], []), counts(2, ['a'], ['a', 'a', 'b'])];
  const sum = { faults: 3, in: 2, out: 3, lost: 1, doubled: 1, unexpected: 1 };
  expect(joined(one, other)).toEqual(sum);
  const facts = { expected: ['a'], seen: ['b'] };
  expect(joinedFacts([facts, facts])).toEqual({ expected: ['a', 'a'], seen: ['b', 'b'] });
});

test('what differs is named', () => {
  const facts = { expected: ['a', 'b'], seen: ['b', 'b', 'c'] };
  expect(differences(facts)).toEqual({ lost: ['a'], doubled: ['b'], unexpected: ['c'] });
});

test('what differs is said, the first twelve of each', () => {
  const said: string[] = [];
  countFacts(0, { expected: ['a'], seen: Array.from({ length: 14 }, (_, at) => `b${at}`) }, (text) => said.push(text));
  expect(said).toEqual([
    '   lost: a',
    ...Array.from({ length: 12 }, (_, at) => `   unexpected: b${at}`),
    '   unexpected: and 2 more',
  ]);
});

test('the table says what went in and what came out of each scenario and of all', () => {
  const rows = [
    { row: 'race', ...counts(200, ['a', 'b'], ['a', 'b']) },
    { row: 'kill', ...counts(3, ['a'], ['a', 'a']) },
  ];
  expect(tableOf(rows)).toEqual([
    'row   faults  in  out  lost  doubled  unexpected',
    'race     200   2    2     0        0           0',
    'kill       3   1    2     0        1           0',
    'all      203   3    4     0        1           0',
  ]);
  expect(tableOf(rows.slice(1))).toEqual([
    'row   faults  in  out  lost  doubled  unexpected',
    'kill       3   1    2     0        1           0',
  ]);
});
