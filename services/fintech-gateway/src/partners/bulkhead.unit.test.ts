import { jest } from '@jest/globals';
import { type Bulkhead, BulkheadFull, createBulkhead } from './bulkhead.ts';

let bulkhead: Bulkhead;

beforeEach(() => {
  bulkhead = createBulkhead({ name: 'a partner', inFlight: 2, waiting: 1, waitMs: 50 });
});

/** A task that runs until it is ended. */
function begin() {
  const end = Promise.withResolvers<string>();
  const task = jest.fn(() => end.promise);
  const done = bulkhead.run(task);
  done.catch(() => undefined);
  return {
    done,
    started: () => task.mock.calls.length > 0,
    end: () => end.resolve('ended'),
    fail: () => end.reject(new Error('failed')),
  };
}

test('runs as many as there are slots, and the next when one has settled, well or not', async () => {
  const [first, second, third] = [begin(), begin(), begin()];
  expect(bulkhead.inFlight()).toBe(2);
  expect(third.started()).toBe(false);
  first.fail();
  await expect(first.done).rejects.toThrow('failed');
  await Promise.resolve();
  expect(third.started()).toBe(true);
  expect(bulkhead.inFlight()).toBe(2);
  second.end();
  third.end();
  expect(await Promise.all([second.done, third.done])).toEqual(['ended', 'ended']);
  expect(bulkhead.inFlight()).toBe(0);
});

test('refuses at once where enough wait already', async () => {
  const running = [begin(), begin(), begin()];
  await expect(begin().done).rejects.toThrow(BulkheadFull);
  for (const one of running) one.end();
  await Promise.all(running.map(({ done }) => done));
});

test('refuses a call that has waited too long, and the next call gets its place', async () => {
  const [first, second, late] = [begin(), begin(), begin()];
  await expect(late.done).rejects.toThrow(BulkheadFull);
  expect(late.started()).toBe(false);
  expect(bulkhead.inFlight()).toBe(2);
  const next = begin();
  first.end();
  second.end();
  next.end();
  expect(await next.done).toBe('ended');
  expect(bulkhead.inFlight()).toBe(0);
});
