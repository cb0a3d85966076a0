import { createLog } from './log.ts';
import { startLoop } from './loop.ts';

const log = createLog('test', 'silent');
const HOUR = 3_600_000;

/** A loop that counts its ticks, and what each of them does. */
function given(everyMs: number, onTick: (tick: number, stopping: AbortSignal) => Promise<void> | void) {
  let ticks = 0;
  const reached = new Map<number, () => void>();
  const loop = startLoop({
    name: 'test',
    everyMs,
    log,
    tick: async (stopping) => {
      ticks += 1;
      reached.get(ticks)?.();
      await onTick(ticks, stopping);
    },
  });
  const atTick = (tick: number) =>
    ticks >= tick ? Promise.resolve() : new Promise<void>((resolve) => reached.set(tick, resolve));
  return { loop, atTick, ticks: () => ticks };
}

test('it ticks at once, again after a pause, and after a tick that failed', async () => {
  const { loop, atTick } = given(1, (tick) => {
    if (tick === 1) throw new Error('no');
  });
  await atTick(4);
  await loop.close();
});

test('a notification ends the pause, and one during a tick causes another tick', async () => {
  const gate = Promise.withResolvers<void>();
  const { loop, atTick } = given(HOUR, (tick) => (tick === 2 ? gate.promise : undefined));
  await atTick(1);
  loop.notify();
  await atTick(2);
  loop.notify();
  gate.resolve();
  await atTick(3);
  await loop.close();
});

test('closing waits for the present tick, tells it to stop, and starts no other', async () => {
  let ended = false;
  const { loop, ticks } = given(1, async (_tick, stopping) => {
    if (!stopping.aborted) await new Promise((resolve) => stopping.addEventListener('abort', resolve));
    ended = true;
  });
  await loop.close();
  expect([ticks(), ended]).toEqual([1, true]);
});

test('where ticks may take a share of the time only, the pause grows with the last tick', async () => {
  const times: number[] = [];
  const loop = startLoop({
    name: 'test',
    everyMs: 1,
    maxShare: 0.1,
    log,
    tick: async () => {
      times.push(performance.now());
      await new Promise((resolve) => setTimeout(resolve, 30));
      times.push(performance.now());
    },
  });
  while (times.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  await loop.close();
  const [, ended = 0, next = 0] = times;
  // Nine times the 30 ms of the tick, jittered down to half of it.
  expect(next - ended).toBeGreaterThan(120);
});
