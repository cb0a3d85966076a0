import { fromJakarta, jakartaParts, readAmount } from './typed-input.ts';

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

test('Jakarta is seven hours ahead, over midnight and over the year too', () => {
  expect(fromJakarta('2027-01-01', '06:30')).toBe('2026-12-31T23:30:00.000Z');
  expect(jakartaParts('2026-12-31T23:30:00.000Z')).toEqual({ date: '2027-01-01', time: '06:30' });
});

test.each([
  ['', '09:00'],
  ['2026-12-01', ''],
  ['2026-13-01', '09:00'],
  ['01/12/2026', '09:00'],
  ['2026-12-01', '25:00'],
])('%j %j is no time', (date, time) => {
  expect(fromJakarta(date, time)).toBeUndefined();
});
