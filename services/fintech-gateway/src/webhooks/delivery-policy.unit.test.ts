import { WEBHOOK_STEPS_MS } from '../settings.ts';
import { afterFailure, type Health, healthy, pauseAfter, shouldDisable } from './delivery-policy.ts';

const start = new Date('2026-11-25T00:00:00.000Z');
const later = (milliseconds: number) => new Date(start.getTime() + milliseconds);
const DAYS_5 = 5 * 86_400_000;

const failed = (times: number): Health =>
  Array.from({ length: times }).reduce<Health>((health, _, at) => afterFailure(health, later(at)), healthy);

test('failures are counted since the first', () => {
  expect(failed(3)).toEqual({ failures: 3, failingSince: start.toISOString() });
});

test.each<[number, number, boolean]>([
  [20, DAYS_5, true],
  [20, DAYS_5 - 1, false],
  [19, DAYS_5, false],
  [100, DAYS_5 * 2, true],
])('%i failures over %i ms: disabled is %s', (times, milliseconds, isOver) => {
  expect(shouldDisable(failed(times), later(milliseconds))).toBe(isOver);
});

test('a healthy endpoint is not disabled', () => {
  expect(shouldDisable(healthy, later(DAYS_5))).toBe(false);
});

test('ten attempts over about 75 hours', () => {
  const pauses: number[] = [];
  for (let tries = 1; ; tries += 1) {
    const pause = pauseAfter(tries, null, WEBHOOK_STEPS_MS, 0.5);
    if (pause === null) break;
    pauses.push(pause);
  }
  expect(pauses).toHaveLength(9);
  expect(pauses.reduce((sum, pause) => sum + pause, 0) / 3_600_000).toBeCloseTo(75.6, 1);
});

test('each pause is up to 20 % shorter or longer', () => {
  expect(pauseAfter(2, null, WEBHOOK_STEPS_MS, 0)).toBe(240_000);
  expect(pauseAfter(2, null, WEBHOOK_STEPS_MS, 1)).toBe(360_000);
});

test.each([
  [400_000, 400_000],
  [600_000, 600_000],
  [900_000, 600_000],
  [10, 300_000],
])('a Retry-After of %i ms after a step of 300 s gives %i ms', (retryAfterMs, pause) => {
  expect(pauseAfter(2, retryAfterMs, WEBHOOK_STEPS_MS, 0.5)).toBe(pause);
});
