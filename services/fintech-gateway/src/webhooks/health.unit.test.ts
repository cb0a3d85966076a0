import { afterFailure, type Health, isGivenUp, wellHealth } from './health.ts';

const start = new Date('2026-11-25T00:00:00.000Z');
const later = (milliseconds: number) => new Date(start.getTime() + milliseconds);
const DAYS_5 = 5 * 86_400_000;

const failed = (times: number): Health =>
  Array.from({ length: times }).reduce<Health>((health, _, at) => afterFailure(health, later(at)), wellHealth);

test('failures are counted since the first', () => {
  expect(failed(3)).toEqual({ failures: 3, failingSince: start.toISOString() });
});

test.each<[number, number, boolean]>([
  [20, DAYS_5, true],
  [20, DAYS_5 - 1, false],
  [19, DAYS_5, false],
  [100, DAYS_5 * 2, true],
])('%i failures over %i ms: given up is %s', (times, milliseconds, isOver) => {
  expect(isGivenUp(failed(times), later(milliseconds))).toBe(isOver);
});

test('one that is well is not given up', () => {
  expect(isGivenUp(wellHealth, later(DAYS_5))).toBe(false);
});
