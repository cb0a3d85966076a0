import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, startChild } from '@ksbb/testkit';
import { isAlive } from './file-lock.mjs';

const STAY = 'await new Promise(() => setInterval(() => {}, 1000));';

describe('a command that has started a server', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ksbb-command-'));
  const undone = join(dir, 'undone');
  afterAll(() => rmSync(dir, { recursive: true }));

  const start = async (ending: string, options = '') => {
    rmSync(undone, { force: true });
    const script = `
      import { writeFileSync } from 'node:fs';
      import { runCommand } from ${JSON.stringify(join(import.meta.dirname, 'command.ts'))};
      import { startChild } from '@ksbb/testkit';
      runCommand(async (command) => {
        command.defer(() => writeFileSync(${JSON.stringify(undone)}, 'yes'));
        const server = startChild({ name: 'server', command: 'sleep', args: ['1000'], env: process.env });
        console.log('pid ' + server.pid);
        ${ending}
      }, { log: () => {}, ${options} });
    `;
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
    const env = { PATH: process.env['PATH'] };
    const child = startChild({ name: 'command', command: process.execPath, args, env, cwd: import.meta.dirname });
    const look = () => /pid (\d+)/.exec(child.lastLines())?.[1];
    return { child, server: Number(await eventually('the server runs', look)) };
  };

  test('cleans up on Ctrl-C', async () => {
    const { child, server } = await start(STAY);
    child.signal('SIGINT');
    expect(await child.ended).toMatchObject({ code: 130 });
    expect(isAlive(server)).toBe(false);
    expect(existsSync(undone)).toBe(true);
  });

  test('ends after Ctrl-C with the code that it chose', async () => {
    const { child } = await start(STAY, 'codeWhenInterrupted: () => 0');
    child.signal('SIGINT');
    expect(await child.ended).toMatchObject({ code: 0 });
  });

  test('takes the same Ctrl-C from the terminal and from npm for one', async () => {
    const { child } = await start(STAY, 'codeWhenInterrupted: () => 0');
    child.signal('SIGINT');
    await sleep(50);
    child.signal('SIGINT');
    expect(await child.ended).toMatchObject({ code: 0 });
    expect(existsSync(undone)).toBe(true);
  });

  test('cleans up when it fails', async () => {
    const { child, server } = await start("throw new Error('no');");
    expect(await child.ended).toMatchObject({ code: 1 });
    expect(isAlive(server)).toBe(false);
    expect(existsSync(undone)).toBe(true);
  });

  test('takes the server with it when it is killed', async () => {
    const { child, server } = await start(STAY);
    child.signal('SIGKILL');
    await eventually('the server has ended', () => !isAlive(server));
  });
});
