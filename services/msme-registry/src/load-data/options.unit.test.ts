import { parseOptions } from './options.ts';

test.each([
  [['--msmes', '0'], 0],
  [['--msmes=2000'], 2_000],
  [['--msmes', '1000000'], 1_000_000],
])('%j asks for %d', (args, msmes) => {
  expect(parseOptions(args)).toEqual({ msmes });
});

test.each([
  [[], '--msmes is missing'],
  [['--msmes', '1000001'], '"1000001" is not a whole number from 0 to 1000000'],
  [['--msmes', '1.5'], '"1.5" is not a whole number'],
  [['--msmes=-1'], '"-1" is not a whole number'],
  [['--msmes', '1e3'], '"1e3" is not a whole number'],
  [['--msmes='], '"" is not a whole number'],
  [['--msmes', 'many'], '"many" is not a whole number'],
  [['--msme', '5'], '--msme'],
  [['5'], '5'],
])('%j is refused: %s', (args, why) => {
  expect(() => parseOptions(args)).toThrow(why);
  expect(() => parseOptions(args)).toThrow('Usage:');
});
