import { jest } from '@jest/globals';
import { pino } from 'pino';

const HOUR = 3_600_000;

/** The clock of these tests: a pause lasts until it is aborted or the test ends it. */
const clock = { now: 0, pauses: [] as { ms: number; end: () => void }[] };
let nextPause = Promise.withResolvers<void>();
jest.unstable_mockModule('node:timers/promises', () => ({
  setTimeout: (ms: number, _value: undefined, { signal }: { signal: AbortSignal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    clock.pauses.push({ ms, end: resolve });
    nextPause.resolve();
    nextPause = Promise.withResolvers();
    return promise;
  },
}));
const { startLoop } = await import('./loop.ts');

let random: jest.Spied<() => number>;

beforeEach(() => {
  clock.now = 0;
  clock.pauses = [];
  jest.spyOn(performance, 'now').mockImplementation(() => clock.now);
  random = jest.spyOn(Math, 'random').mockReturnValue(0.5);
});

afterEach(() => jest.restoreAllMocks());

type Tick = (tick: number, stopping: AbortSignal) => Promise<void> | void;

/** A loop that counts its ticks, with what it logs. */
function given(onTick: Tick = () => undefined, parts: { everyMs?: number; maxShare?: number } = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  let ticks = 0;
  const tick = async (stopping: AbortSignal) => onTick((ticks += 1), stopping);
  return { loop: startLoop({ name: 'test', everyMs: HOUR, ...parts, log, tick }), ticks: () => ticks, lines };
}

/** The length of the pause after the tick of this number, once that pause has begun. */
async function pauseAfter(tick: number): Promise<number> {
  while (clock.pauses.length < tick) await nextPause.promise;
  return clock.pauses[tick - 1]?.ms ?? 0;
}
const endPause = (tick: number) => clock.pauses[tick - 1]?.end();

test('it ticks at once, and again after each pause', async () => {
  const { loop, ticks } = given();
  for (const tick of [1, 2, 3]) {
    await pauseAfter(tick);
    expect(ticks()).toBe(tick);
    endPause(tick);
  }
  await pauseAfter(4);
  await loop.close();
  expect(ticks()).toBe(4);
});

test('a pause lasts everyMs on the average, from half of it to one and a half', async () => {
  const { loop } = given(undefined, { everyMs: 1_000 });
  const lengths: number[] = [];
  for (const next of [0, 0.999, 0.25, 0.5]) {
    lengths.push(await pauseAfter(lengths.length + 1));
    random.mockReturnValue(next);
    endPause(lengths.length);
  }
  expect(lengths).toEqual([1_000, 500, 1_499, 750]);
  await loop.close();
});

test('a tick that fails is logged with the name of the loop, and the next tick comes', async () => {
  const { loop, ticks, lines } = given((tick) => {
    if (tick === 1) throw new Error('the database is away');
  });
  await pauseAfter(1);
  endPause(1);
  await pauseAfter(2);
  expect([ticks(), lines.length]).toEqual([2, 1]);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    loop: 'test',
    msg: 'a tick of the loop failed',
    err: { message: 'the database is away' },
  });
  await loop.close();
});

test('a notification ends the pause, and one during a tick causes another tick', async () => {
  const gate = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const { loop, ticks } = given((tick) => {
    if (tick !== 2) return undefined;
    second.resolve();
    return gate.promise;
  });
  await pauseAfter(1);
  loop.notify();
  await second.promise;
  loop.notify();
  gate.resolve();
  await pauseAfter(3);
  expect(ticks()).toBe(3);
  await loop.close();
});

test('closing waits for the present tick, tells it to stop, and starts no other', async () => {
  let ended = false;
  const { loop, ticks } = given(async (_tick, stopping) => {
    if (!stopping.aborted) await new Promise((resolve) => stopping.addEventListener('abort', resolve));
    ended = true;
  });
  await loop.close();
  expect([ticks(), ended]).toEqual([1, true]);
});

test('closing ends a pause', async () => {
  const { loop, ticks } = given();
  await pauseAfter(1);
  await loop.close();
  expect(ticks()).toBe(1);
});

test('where ticks may take a share of the time only, the pause grows with the last tick', async () => {
  const onTick = (tick: number) => {
    clock.now += tick === 1 ? 30 : 1;
  };
  const { loop } = given(onTick, { everyMs: 100, maxShare: 0.1 });
  expect(await pauseAfter(1)).toBeCloseTo(270);
  endPause(1);
  expect(await pauseAfter(2)).toBe(100);
  await loop.close();
});
