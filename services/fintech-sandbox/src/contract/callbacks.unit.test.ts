import {
  type Callback,
  type CallbackAttempt,
  callbacksFor,
  headOf,
  isStale,
  isTampered,
  settle,
  waitAfter,
} from './callbacks.ts';
import type { ContractEvent, Terms } from './contract.ts';

const NOW = new Date('2026-01-05T03:00:00.000Z');
const AT = NOW.toISOString();

const signed: ContractEvent = { type: 'signed', at: AT, signedBy: null, disburseAt: AT };
const completed: ContractEvent = { type: 'completed', at: AT, totalRupiah: 3 };
const repaid = (instalment: number): ContractEvent => ({
  type: 'repaid',
  at: AT,
  number: instalment,
  instalment,
  amountRupiah: 1,
});

const fresh: Callback = {
  sequence: 1,
  copy: 1,
  tamperFirst: false,
  staleFirst: false,
  status: 'pending',
  notBefore: AT,
  attempts: [],
};
const answered = (status: number | null): CallbackAttempt => ({
  at: AT,
  status,
  error: status === null ? 'ECONNREFUSED' : null,
  tampered: false,
});

describe('callbacksFor', () => {
  test('has one callback for each event except the opening, with its sequence', () => {
    const opened: ContractEvent = { type: 'opened', at: AT, terms: {} as Terms };
    expect(callbacksFor([opened, signed], 0, NOW)).toEqual([fresh]);
  });

  test('keeps the order of events without a plan', () => {
    const sequences = callbacksFor([repaid(2), repaid(1), completed], 3, NOW).map(({ sequence }) => sequence);
    expect(sequences).toEqual([3, 4, 5]);
  });

  test('sends repayments in the order planned and the completion after them', () => {
    const plan = { order: [3, 1, 2], duplicate: [], tamperFirst: [], staleFirst: [], lateMs: 0 };
    const sequences = callbacksFor([repaid(1), repaid(2), repaid(3), completed], 3, NOW, plan).map(
      ({ sequence }) => sequence,
    );
    expect(sequences).toEqual([5, 3, 4, 6]);
  });

  test('sends a duplicate right after the first and tampers only with the first', () => {
    const plan = { order: [1, 2], duplicate: [1], tamperFirst: [1, 2], staleFirst: [], lateMs: 0 };
    expect(callbacksFor([repaid(1), repaid(2)], 3, NOW, plan)).toEqual([
      { ...fresh, sequence: 3, tamperFirst: true },
      { ...fresh, sequence: 3, copy: 2 },
      { ...fresh, sequence: 4, tamperFirst: true },
    ]);
  });
});

test('callbacks can be sent late, and first with an old time', () => {
  const plan = { order: [1, 2], duplicate: [2], tamperFirst: [], staleFirst: [2], lateMs: 60_000 };
  const notBefore = '2026-01-05T03:01:00.000Z';
  const callbacks = callbacksFor([repaid(1), repaid(2)], 3, NOW, plan);
  expect(callbacks).toEqual([
    { ...fresh, sequence: 3, notBefore },
    { ...fresh, sequence: 4, notBefore, staleFirst: true },
    { ...fresh, sequence: 4, copy: 2, notBefore },
  ]);
  expect(callbacks.map(isStale)).toEqual([false, true, false]);
  expect(isStale({ ...fresh, staleFirst: true, attempts: [answered(401)] })).toBe(false);
});

test('the head is the first pending callback', () => {
  const done: Callback = { ...fresh, status: 'delivered' };
  const given: Callback = { ...fresh, status: 'exhausted' };
  const second: Callback = { ...fresh, sequence: 3 };
  expect(headOf([done, given, second, fresh])).toBe(second);
  expect(headOf([done, given])).toBeUndefined();
});

test('only the first attempt is tampered with, and only where it was asked for', () => {
  expect(isTampered(fresh)).toBe(false);
  expect(isTampered({ ...fresh, tamperFirst: true })).toBe(true);
  expect(isTampered({ ...fresh, tamperFirst: true, attempts: [answered(401)] })).toBe(false);
});

describe('settle', () => {
  test.each([200, 204, 299])('%d is delivered', (status) => {
    expect(settle(fresh, answered(status), 300)).toEqual({
      ...fresh,
      status: 'delivered',
      attempts: [answered(status)],
    });
  });

  test.each([199, 300, 302, 401, 503, null])('%p is tried again after the wait', (status) => {
    expect(settle(fresh, answered(status), 300)).toEqual({
      ...fresh,
      notBefore: '2026-01-05T03:00:00.300Z',
      attempts: [answered(status)],
    });
  });

  test('the tenth failure is the last, a tenth success is a success', () => {
    const nine = { ...fresh, attempts: Array.from({ length: 9 }, () => answered(503)) };
    expect(settle({ ...nine, attempts: nine.attempts.slice(1) }, answered(503), 300).status).toBe('pending');
    expect(settle(nine, answered(503), 300).status).toBe('exhausted');
    expect(settle(nine, answered(200), 300).status).toBe('delivered');
  });
});

test('waits grow and then stay', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((attempts) => waitAfter(attempts, 300));
  expect(waits).toEqual([300, 1_000, 3_000, 10_000, 30_000, 60_000, 60_000, 60_000, 60_000]);
});
