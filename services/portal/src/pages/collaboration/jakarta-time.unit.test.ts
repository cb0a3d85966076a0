import { fromJakarta, jakartaParts } from './jakarta-time.ts';

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
