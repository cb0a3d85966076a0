import { retryAfterMs } from './http.ts';

const now = new Date('2026-11-25T00:00:00.000Z');

test.each([
  ['7', 7_000],
  ['0', 0],
  ['Wed, 25 Nov 2026 00:00:30 GMT', 30_000],
  ['Tue, 24 Nov 2026 23:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  [undefined, null],
])('Retry-After %s asks for %s', (header, wish) => {
  expect(retryAfterMs(header, now)).toBe(wish);
});
