import { DEFAULT_STEPS_MS, pauseAfter } from './retry-schedule.ts';

test('ten attempts over about 75 hours', () => {
  const pauses: number[] = [];
  for (let failed = 1; ; failed += 1) {
    const pause = pauseAfter(failed, null, DEFAULT_STEPS_MS, 0.5);
    if (pause === null) break;
    pauses.push(pause);
  }
  expect(pauses).toHaveLength(9);
  expect(pauses.reduce((sum, pause) => sum + pause, 0) / 3_600_000).toBeCloseTo(75.6, 1);
});

test('jittered by a fifth up and down', () => {
  expect(pauseAfter(2, null, DEFAULT_STEPS_MS, 0)).toBe(240_000);
  expect(pauseAfter(2, null, DEFAULT_STEPS_MS, 1)).toBe(360_000);
});

test.each([
  [400_000, 400_000],
  [600_000, 600_000],
  [900_000, 600_000],
  [10, 300_000],
])('a wish for %i ms after a step of 300 s is honoured with %i', (wish, pause) => {
  expect(pauseAfter(2, wish, DEFAULT_STEPS_MS, 0.5)).toBe(pause);
});
