import type { PartnerCall } from '../environment/partner-recorder.ts';
import { letThroughOpen, sentWhileSuspended, wrongCalls } from './partner-calls.ts';

const create = (beganAt: number, status: number | null, more: Partial<PartnerCall> = {}): PartnerCall => ({
  partner: 'amanah',
  operation: 'create-contract',
  reference: 'L1',
  idempotencyKey: 'key-L1',
  beganAt,
  answeredAt: beganAt + 10,
  status,
  retryAfterMs: null,
  ...more,
});
const ask = (beganAt: number, status: number | null) =>
  create(beganAt, status, { operation: 'get-contract', idempotencyKey: null });

test.each<[string, PartnerCall[]]>([
  ['an answer at once', [create(0, 200)]],
  ['refusals that are certain, and again', [create(0, 503), create(100, 429), create(200, 200)]],
  ['no answer, a question, and again since the partner has none', [create(0, null), ask(100, 404), create(200, 200)]],
  [
    'no answer, questions until one is answered, and it is there',
    [create(0, 500), ask(100, 503), ask(200, null), ask(300, 200)],
  ],
  ['a pause as long as was asked for', [create(0, 429, { retryAfterMs: 1_000 }), create(1_010, 200)]],
  [
    'another contract under another key',
    [create(0, 200), create(5, 200, { reference: 'L2', idempotencyKey: 'key-L2' })],
  ],
])('%s is right', (_, calls) => {
  expect(wrongCalls(calls)).toEqual([]);
});

test.each<[string, PartnerCall[], string]>([
  [
    'again without a question where no answer came',
    [create(0, null), create(100, 200)],
    'L1 was sent to amanah again while it was in doubt',
  ],
  [
    'again where the question was not answered',
    [create(0, 500), ask(100, 503), create(200, 200)],
    'L1 was sent to amanah again while it was in doubt',
  ],
  [
    'again though it is there',
    [create(0, null), ask(100, 200), create(200, 200)],
    'L1 was sent to amanah again while it was there',
  ],
  ['two keys', [create(0, 503), create(100, 200, { idempotencyKey: 'other' })], 'L1 went to amanah under 2 keys'],
  [
    'too soon',
    [create(0, 429, { retryAfterMs: 1_000 }), create(900, 200)],
    'amanah wanted 1000 ms before L1 came again, and got 890',
  ],
])('%s is found', (_, calls, found) => {
  expect(wrongCalls(calls)).toEqual([found]);
});

const span = { operation: 'create-contract', from: 100, to: 10_000, resetMs: 1_800 } as const;

test('an open breaker lets one probe through each time its pause is over', () => {
  expect(
    letThroughOpen(
      [create(90, 503), create(150, 503), create(2_000, 503), create(3_900, 503), create(10_050, 503)],
      span,
    ),
  ).toEqual([]);
  expect(letThroughOpen([create(150, 503), create(1_000, 503)], span)).toEqual([
    'amanah was called 840 ms after a probe of an open breaker',
  ]);
});

test('a suspended contract is not sent before an officer resumes it', () => {
  const calls = [create(0, 401), create(500, 401), create(900, 200)];
  expect(sentWhileSuspended(calls, new Map([['L1', [400, 800]]]))).toEqual([]);
  expect(sentWhileSuspended(calls, new Map([['L1', [400]]]))).toEqual([
    'L1 was sent again after 401, and nobody had resumed it',
  ]);
});
