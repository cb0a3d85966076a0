import { jest } from '@jest/globals';
import { type Breaker, BreakerOpen, type BreakerSettings, createBreaker, type CallResult } from './breaker.ts';

const settings: BreakerSettings = {
  volume: 4,
  errorPercentage: 50,
  windowMs: 60_000,
  buckets: 12,
  resetMs: 30_000,
  rampMs: 10_000,
  rampLimit: 2,
};
/** The reset is jittered by a tenth. */
const BEFORE_ANY_RESET_MS = 26_999;
const AFTER_ANY_RESET_MS = 33_001;

let breaker: Breaker;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  breaker = createBreaker('a partner', settings);
});

afterEach(() => {
  breaker.close();
  jest.useRealTimers();
});

/** A call that ends with this result at once. */
const call = (result: CallResult) =>
  breaker.run(
    async () => result,
    () => result,
  );
async function calls(...results: CallResult[]): Promise<void> {
  for (const result of results) await call(result);
}

/** A call that is under way until it is ended. */
function begin() {
  const end = Promise.withResolvers<CallResult>();
  const done = breaker.run(
    () => end.promise,
    (settled) => (settled.status === 'fulfilled' ? settled.value : 'failure'),
  );
  done.catch(() => undefined);
  return {
    done,
    end: (result: CallResult) => {
      end.resolve(result);
      return done.catch(() => undefined);
    },
  };
}

async function opened(): Promise<void> {
  await calls('failure', 'failure', 'failure', 'failure');
  expect(breaker.state()).toBe('open');
}

async function halfOpened(): Promise<void> {
  await opened();
  jest.advanceTimersByTime(AFTER_ANY_RESET_MS);
  expect(breaker.state()).toBe('half-open');
}

test('sorts no latencies when a call fails: a full window would make that slow', async () => {
  const sort = jest.spyOn(Array.prototype, 'sort');
  for (let at = 0; at < 20; at += 1) await calls('success', 'success', 'failure');
  expect(sort).not.toHaveBeenCalled();
  sort.mockRestore();
});

test('answers what the call answers, and throws what it throws', async () => {
  expect(
    await breaker.run(
      async () => 7,
      () => 'success',
    ),
  ).toBe(7);
  await expect(
    breaker.run(
      () => Promise.reject(new Error('no')),
      () => 'failure',
    ),
  ).rejects.toThrow('no');
});

describe('closed', () => {
  test('opens when more than half of enough calls were bad', async () => {
    await calls('success', 'failure', 'failure');
    expect(breaker.state()).toBe('closed');
    await call('failure');
    expect(breaker.state()).toBe('open');
  });

  test('stays closed at exactly half', async () => {
    await calls('success', 'success', 'failure', 'failure');
    expect(breaker.state()).toBe('closed');
  });

  test('neutral ends count neither as calls nor as good ones', async () => {
    await calls('failure', 'failure', 'failure', 'ignored', 'ignored', 'ignored', 'ignored');
    expect(breaker.state()).toBe('closed');
    await call('failure');
    expect(breaker.state()).toBe('open');
  });

  test('forgets what is older than the window', async () => {
    await calls('failure', 'failure', 'failure');
    jest.advanceTimersByTime(60_000);
    await call('failure');
    expect(breaker.state()).toBe('closed');
  });
});

describe('open', () => {
  test('makes no call', async () => {
    await opened();
    const made = jest.fn(async () => 1);
    await expect(breaker.run(made, () => 'success')).rejects.toThrow(BreakerOpen);
    expect(made).not.toHaveBeenCalled();
  });

  test('is not closed by a call from before that ends well late', async () => {
    const early = begin();
    await opened();
    await early.end('success');
    expect(breaker.state()).toBe('open');
  });

  test('until the reset, jittered by a tenth', async () => {
    await opened();
    jest.advanceTimersByTime(BEFORE_ANY_RESET_MS);
    expect(breaker.state()).toBe('open');
    jest.advanceTimersByTime(AFTER_ANY_RESET_MS - BEFORE_ANY_RESET_MS);
    expect(breaker.state()).toBe('half-open');
  });

  test('ends its timers when closed for good', async () => {
    await opened();
    breaker.close();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('half-open', () => {
  test('lets one probe through at a time', async () => {
    await halfOpened();
    const probe = begin();
    await expect(call('success')).rejects.toThrow(BreakerOpen);
    await probe.end('success');
    expect(breaker.state()).toBe('closed');
  });

  test('opens again by a bad probe, and half-opens again after', async () => {
    await halfOpened();
    await call('failure');
    expect(breaker.state()).toBe('open');
    jest.advanceTimersByTime(AFTER_ANY_RESET_MS);
    expect(breaker.state()).toBe('half-open');
  });

  test('is neither opened nor closed by a neutral probe, and lets the next one through', async () => {
    await halfOpened();
    await call('ignored');
    expect(breaker.state()).toBe('half-open');
    await call('success');
    expect(breaker.state()).toBe('closed');
  });

  test('is neither closed nor opened by calls from before', async () => {
    const [early, other] = [begin(), begin()];
    await halfOpened();
    await early.end('success');
    await other.end('failure');
    expect(breaker.state()).toBe('half-open');
    const probe = begin();
    await expect(call('success')).rejects.toThrow(BreakerOpen);
    await probe.end('success');
  });
});

describe('closed again', () => {
  async function closedAgain(): Promise<void> {
    await halfOpened();
    await call('success');
  }

  test('lets two through at once for a while', async () => {
    await closedAgain();
    const [first, second] = [begin(), begin()];
    await expect(call('success')).rejects.toThrow(BreakerOpen);
    await first.end('success');
    const third = begin();
    await Promise.all([second.end('success'), third.end('success')]);
    expect(await third.done).toBe('success');
  });

  test('and as many as come after that', async () => {
    await closedAgain();
    jest.advanceTimersByTime(10_000);
    const all = [begin(), begin(), begin()];
    await Promise.all(all.map(({ end }) => end('success')));
    expect(await Promise.all(all.map(({ done }) => done))).toEqual(['success', 'success', 'success']);
  });
});
