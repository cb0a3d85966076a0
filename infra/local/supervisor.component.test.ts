import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './file-lock.mjs';
import { pauseBeforeRestart, supervise, type Supervised } from './supervisor.ts';

const STAY = "console.log('up ' + process.pid); setInterval(() => {}, 1000)";

async function until<T>(probe: () => T | undefined | false): Promise<T> {
  for (;;) {
    const value = probe();
    if (value !== undefined && value !== false) return value;
    await sleep(20);
  }
}

describe('a supervised process', () => {
  const lines: string[] = [];
  const started: Supervised[] = [];
  const start = (script: string) => {
    const process = supervise({
      name: 'tried',
      args: ['-e', script],
      env: {},
      cwd: import.meta.dirname,
      onLine: (line) => lines.push(line),
      log: () => undefined,
    });
    started.push(process);
    return process;
  };
  afterEach(() => Promise.all(started.splice(0).map((process) => process.stop(1_000))));

  test('is started again when it is killed', async () => {
    const process = start(STAY);
    const first = await until(() => process.pid);
    process.kill('SIGKILL');
    const second = await until(() => process.pid !== first && process.pid);
    expect(process.restarts).toBe(1);
    expect(isAlive(first)).toBe(false);
    await until(() => lines.includes(`up ${second}`));
  });

  test('is not started again when it was stopped', async () => {
    const process = start(STAY);
    const pid = await until(() => process.pid);
    await process.stop(1_000);
    await sleep(pauseBeforeRestart(1) + 100);
    expect(process.pid).toBeUndefined();
    expect(process.restarts).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  test('is killed when it does not heed SIGTERM', async () => {
    const process = start(`process.on('SIGTERM', () => {}); ${STAY}`);
    const pid = await until(() => process.pid !== undefined && lines.includes(`up ${process.pid}`) && process.pid);
    await process.stop(100);
    expect(isAlive(pid)).toBe(false);
  });

  test('is given up, with what it said, when it refuses its settings', async () => {
    const process = start("console.error('PORT is missing'); process.exit(78)");
    expect(await until(() => process.givenUp)).toContain('PORT is missing');
    expect(process.restarts).toBe(0);
  });

  test('ends when the one that supervises it is killed', async () => {
    const leash = new URL('./leash.mjs', import.meta.url).href;
    const script = `
      import { supervise } from ${JSON.stringify(join(import.meta.dirname, 'supervisor.ts'))};
      supervise({
        name: 'tried', args: ['--import', '${leash}', '-e', ${JSON.stringify(STAY)}], env: {}, cwd: '.',
        onLine: (line) => console.log(line), log: () => {},
      });
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(/up (\d+)/.exec(output.toString())?.[1]);
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });
});

test('the pause before a restart doubles from 0.2 s to 5 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((deaths) => pauseBeforeRestart(deaths))).toEqual([
    200, 400, 800, 1600, 3200, 5000, 5000,
  ]);
});
