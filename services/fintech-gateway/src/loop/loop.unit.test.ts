import { createLog } from '@ksbb/service-kit';
import { until } from '../testing/until.ts';
import { startLoop } from './loop.ts';

const log = createLog('test', 'silent');
const HOUR = 3_600_000;

test('works at once, again after a pause, and after a turn that failed', async () => {
  let turns = 0;
  const loop = startLoop({
    name: 'test',
    everyMs: 1,
    log,
    work: async () => {
      turns += 1;
      if (turns === 1) throw new Error('no');
    },
  });
  await until(() => turns > 3);
  await loop.close();
});

test('a nudge ends the pause, and one during a turn makes another turn', async () => {
  let turns = 0;
  const gate = Promise.withResolvers<void>();
  const loop = startLoop({
    name: 'test',
    everyMs: HOUR,
    log,
    work: async () => {
      turns += 1;
      if (turns === 2) await gate.promise;
    },
  });
  await until(() => turns === 1);
  loop.nudge();
  await until(() => turns === 2);
  loop.nudge();
  gate.resolve();
  await until(() => turns === 3);
  await loop.close();
});

test('closing waits for the turn in hand, tells it, and starts no other', async () => {
  let turns = 0;
  let ended = false;
  const loop = startLoop({
    name: 'test',
    everyMs: 1,
    log,
    work: async (stopping) => {
      turns += 1;
      await until(() => stopping.aborted);
      ended = true;
    },
  });
  await loop.close();
  expect({ turns, ended }).toEqual({ turns: 1, ended: true });
});
