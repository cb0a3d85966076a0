import { nextAttempt } from './next-attempt.ts';

const retry = { baseMs: 100, maxMs: 1_000 };

test.each([
  [0, 50],
  [1, 150],
])('put off without a call: a short pause jittered by half, and no attempt is used up', (random, delayMs) => {
  expect(nextAttempt({ kind: 'deferred', retryAfterMs: null }, 7, retry, random)).toEqual({ delayMs, attempts: 7 });
});

test.each([
  [0, 100],
  [1, 200],
  [3, 800],
  [4, 1_000],
  [1_000, 1_000],
])('after %i failed attempts it waits up to %i ms with full jitter', (attempts, most) => {
  expect(nextAttempt({ kind: 'in-doubt', retryAfterMs: null }, attempts, retry, 1)).toEqual({ delayMs: most, attempts: attempts + 1 });
  expect(nextAttempt({ kind: 'in-doubt', retryAfterMs: null }, attempts, retry, 0)).toEqual({ delayMs: 0, attempts: attempts + 1 });
  expect(nextAttempt({ kind: 'not-done', retryAfterMs: null }, attempts, retry, 0.5)).toEqual({ delayMs: most / 2, attempts: attempts + 1 });
});

test('it waits at least as long as the partner asks', () => {
  expect(nextAttempt({ kind: 'not-done', retryAfterMs: 5_000 }, 0, retry, 1)).toEqual({ delayMs: 5_000, attempts: 1 });
  expect(nextAttempt({ kind: 'not-done', retryAfterMs: 5 }, 0, retry, 1)).toEqual({ delayMs: 100, attempts: 1 });
});
