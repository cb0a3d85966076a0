import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildProcess, startChild } from './child-process.ts';
import { eventually } from './eventually.ts';
import { pauseBeforeRestart, supervise, type Supervised } from './supervisor.ts';

const STAY = "console.log('up ' + process.pid); setInterval(() => {}, 1000)";

/** True when nothing with this id runs. A process that has ended and waits for its parent does not run. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status[status.lastIndexOf(')') + 2] === 'Z';
  } catch {
    return true;
  }
}

const lines: string[] = [];
const started: (Supervised | ChildProcess)[] = [];
const commandOf = (script: string) => ({
  name: 'tried',
  command: process.execPath,
  args: ['-e', script],
  env: {},
  onLine: (line: string) => void lines.push(line),
});
const start = (script: string) => {
  const child = startChild(commandOf(script));
  started.push(child);
  return child;
};
const startSupervised = (script: string) => {
  const supervised = supervise({ ...commandOf(script), log: () => undefined });
  started.push(supervised);
  return supervised;
};
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.stop(1_000)));
  lines.length = 0;
});

describe('a child process', () => {
  test('has the pid of the command itself, and hands over its lines and its exit code', async () => {
    const child = start("console.log('up ' + process.pid); console.error('failed'); process.exitCode = 3");
    expect(await child.ended).toEqual({ code: 3, signal: undefined });
    expect(lines.toSorted()).toEqual(['failed', `up ${child.pid}`]);
    expect(child.lastLines().split('\n').toSorted()).toEqual(['failed', `up ${child.pid}`]);
  });

  test('that cannot be found ends with 127 and says what is missing', async () => {
    const child = startChild({ name: 'tried', command: '/no/such/program', args: [], env: {} });
    expect(await child.ended).toEqual({ code: 127, signal: undefined });
    expect(child.lastLines()).toContain('/no/such/program');
  });

  test('is stopped by SIGTERM, also when it was frozen', async () => {
    const child = start(`process.on('SIGTERM', () => process.exit(0)); ${STAY}`);
    await eventually('it is up', () => lines.includes(`up ${child.pid}`));
    child.signal('SIGSTOP');
    expect(await child.stop()).toEqual({ code: 0, signal: undefined });
  });

  test('is killed when it does not end by SIGTERM, and so is what it started', async () => {
    const grandchild = `require('node:child_process').spawn('sleep', ['1000'])`;
    const child = start(`process.on('SIGTERM', () => {}); console.log('grandchild ' + ${grandchild}.pid); ${STAY}`);
    await eventually('it is up', () => lines.includes(`up ${child.pid}`));
    const grandchildPid = Number(/grandchild (\d+)/.exec(lines.join('\n'))?.[1]);
    expect(await child.stop(100)).toEqual({ code: undefined, signal: 'SIGKILL' });
    await eventually('what it started is gone', () => isGone(grandchildPid));
  });

  test('ends when the process that started it is killed', async () => {
    const script = `
      import { startChild } from ${JSON.stringify(join(import.meta.dirname, 'child-process.ts'))};
      startChild({
        name: 'tried', command: process.execPath, args: ['-e', ${JSON.stringify(STAY)}], env: {}, onLine: console.log,
      });
    `;
    const parent = startChild({
      name: 'parent',
      command: process.execPath,
      args: ['--input-type=module', '-e', script],
      env: { PATH: process.env['PATH'] },
    });
    const pid = await eventually(
      'the child is up',
      () => Number(/up (\d+)/.exec(parent.lastLines())?.[1]) || undefined,
    );
    expect(isGone(pid)).toBe(false);
    parent.signal('SIGKILL');
    await eventually('the child is gone', () => isGone(pid));
  });
});

describe('a supervised process', () => {
  test('is started again when it is killed', async () => {
    const process = startSupervised(STAY);
    const first = process.pid ?? 0;
    process.kill('SIGKILL');
    const second = await eventually('another one runs', () => process.pid !== first && process.pid);
    expect(process.restarts).toBe(1);
    expect(isGone(first)).toBe(true);
    await eventually('it is up', () => lines.includes(`up ${second}`));
  });

  test('is not started again when it was stopped', async () => {
    const process = startSupervised(STAY);
    const pid = process.pid ?? 0;
    await process.stop(1_000);
    await sleep(pauseBeforeRestart(1) + 100);
    expect(process.pid).toBeUndefined();
    expect(process.restarts).toBe(0);
    expect(isGone(pid)).toBe(true);
  });

  test('is given up, with what it wrote, when it refuses its settings', async () => {
    const process = startSupervised("console.error('PORT is missing'); process.exit(78)");
    expect(await eventually('it is given up', () => process.givenUp)).toContain('PORT is missing');
    expect(process.restarts).toBe(0);
  });
});

test('the pause before a restart doubles from 0.2 s to 5 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((deaths) => pauseBeforeRestart(deaths))).toEqual([
    200, 400, 800, 1600, 3200, 5000, 5000,
  ]);
});
