import { nextRound, pauseInRound } from './retry-policy.ts';

const retry = { baseMs: 100, maxMs: 3_600_000, suspendAfterMs: 1 };
const failed = (kind: 'deferred' | 'not-done' | 'in-doubt' | 'misconfigured', retryAfterMs: number | null = null) => ({
  kind,
  retryAfterMs,
});

describe('within a round', () => {
  test.each([
    [1, 200],
    [2, 400],
  ])('after %i attempts it pauses up to %i ms with full jitter', (made, most) => {
    expect(pauseInRound(failed('in-doubt'), made, retry, 20_000, 1)).toBe(most);
    expect(pauseInRound(failed('not-done'), made, retry, 20_000, 0)).toBe(0);
  });

  test('there are three attempts', () => {
    expect(pauseInRound(failed('in-doubt'), 3, retry, 20_000, 0)).toBeNull();
  });

  test('none begins that might end too late', () => {
    expect(pauseInRound(failed('in-doubt'), 1, retry, 200, 1)).toBe(200);
    expect(pauseInRound(failed('in-doubt'), 1, retry, 199, 1)).toBeNull();
    expect(pauseInRound(failed('in-doubt'), 1, retry, -1, 0)).toBeNull();
  });

  test('the partner may ask for a longer pause, within the round or beyond it', () => {
    expect(pauseInRound(failed('not-done', 1_000), 1, retry, 20_000, 0)).toBe(1_000);
    expect(pauseInRound(failed('not-done', 30_000), 1, retry, 20_000, 0)).toBeNull();
  });

  test.each(['deferred', 'misconfigured'] as const)('%s: nothing is tried again at once', (kind) => {
    expect(pauseInRound(failed(kind), 1, retry, 20_000, 0)).toBeNull();
  });

  test('a pause has a limit', () => {
    expect(pauseInRound(failed('in-doubt'), 2, { ...retry, maxMs: 50 }, 20_000, 1)).toBe(50);
  });
});

describe('between rounds', () => {
  test.each([
    [0, 50],
    [1, 150],
  ])('put off without a call: a short pause jittered by half, and no round is used up', (random, delayMs) => {
    expect(nextRound(failed('deferred'), 7, retry, random)).toEqual({ delayMs, attempts: 7 });
  });

  test.each([
    [0, 5_000],
    [1, 30_000],
    [2, 300_000],
    [3, 1_800_000],
    [40, 1_800_000],
  ])('after %i failed rounds it waits %i ms, jittered by a fifth', (rounds, tier) => {
    expect(nextRound(failed('in-doubt'), rounds, retry, 0.5)).toEqual({ delayMs: tier, attempts: rounds + 1 });
    expect(nextRound(failed('in-doubt'), rounds, retry, 0).delayMs).toBeCloseTo(tier * 0.8);
    expect(nextRound(failed('not-done'), rounds, retry, 1).delayMs).toBeCloseTo(tier * 1.2);
  });

  test('no tier is longer than the longest pause', () => {
    expect(nextRound(failed('in-doubt'), 3, { ...retry, maxMs: 1_000 }, 0.5).delayMs).toBe(1_000);
  });

  test('it waits at least as long as the partner asks', () => {
    expect(nextRound(failed('not-done', 50_000), 0, retry, 1)).toEqual({ delayMs: 50_000, attempts: 1 });
    expect(nextRound(failed('not-done', 5), 0, retry, 0.5)).toEqual({ delayMs: 5_000, attempts: 1 });
  });
});
