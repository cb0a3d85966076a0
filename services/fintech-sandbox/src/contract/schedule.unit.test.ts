import { monthsAfter, scheduleOf, splitPrincipal } from './schedule.ts';

describe('splitPrincipal', () => {
  test('gives equal parts where they divide', () => {
    expect(splitPrincipal(6_000_000, 6)).toEqual([1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000]);
  });

  test('gives the remainder to the first parts, one rupiah each', () => {
    expect(splitPrincipal(4_000_001, 3)).toEqual([1_333_334, 1_333_334, 1_333_333]);
  });

  test('loses and adds no rupiah, and no part differs from another by more than one', () => {
    for (let parts = 1; parts <= 24; parts += 1) {
      for (const principal of [parts, 1_000_000, 1_000_007, 999_999_999_999]) {
        const split = splitPrincipal(principal, parts);
        expect(split.reduce((sum, part) => sum + part, 0)).toBe(principal);
        expect(Math.max(...split) - Math.min(...split)).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('monthsAfter', () => {
  test.each([
    ['2026-01-05T03:00:00Z', 1, '2026-02-05'],
    ['2026-01-31T03:00:00Z', 1, '2026-02-28'],
    ['2028-01-31T03:00:00Z', 1, '2028-02-29'],
    ['2026-11-30T03:00:00Z', 3, '2027-02-28'],
    ['2026-01-30T16:59:59Z', 2, '2026-03-30'],
    ['2026-01-30T17:00:00Z', 2, '2026-03-31'],
    ['2026-12-31T17:00:00Z', 12, '2028-01-01'],
  ])('%s and %d months is %s in Jakarta', (from, months, day) => {
    expect(monthsAfter(new Date(from), months)).toBe(day);
  });
});

test('scheduleOf numbers the instalments from 1, a month apart', () => {
  expect(scheduleOf(100, 2, new Date('2026-01-05T03:00:00Z'))).toEqual([
    { instalment: 1, dueDate: '2026-02-05', amountRupiah: 50 },
    { instalment: 2, dueDate: '2026-03-05', amountRupiah: 50 },
  ]);
});
