import { readAmount } from './amount.ts';

test.each([
  ['5', 5],
  ['0', 0],
  [' 6.000.000 ', 6_000_000],
  ['6,000,000', 6_000_000],
  ['6 000 000', 6_000_000],
  ['Rp 6.000.000', 6_000_000],
  ['rp6000000', 6_000_000],
  ['Rp. 1.500', 1_500],
])('%j is read as %d', (typed, amount) => {
  expect(readAmount(typed)).toBe(amount);
});

test.each(['', '   ', 'Rp'])('%j is nothing', (typed) => {
  expect(readAmount(typed)).toBeUndefined();
});

test.each(['six', '-3', '1.5', '6.000,000', '60.00.000', '1e6', '5 buah', '0x10', '99999999999999999999'])(
  '%j is no whole number',
  (typed) => {
    expect(readAmount(typed)).toBeNull();
  },
);
