import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './file-lock.mjs';

const here = (name: string) => JSON.stringify(join(import.meta.dirname, name));

describe('a command that has started a server', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ksbb-command-'));
  const undone = join(dir, 'undone');
  afterAll(() => rmSync(dir, { recursive: true }));

  const start = async (ending: string) => {
    rmSync(undone, { force: true });
    const script = `
      import { writeFileSync } from 'node:fs';
      import { runCommand } from ${here('command.ts')};
      import { startLeashed } from ${here('leashed-process.ts')};
      runCommand(async (command) => {
        command.defer(() => writeFileSync(${JSON.stringify(undone)}, 'yes'));
        const server = await startLeashed({
          name: 'server', command: 'sleep', args: ['1000'], env: process.env, cwd: '.', logFile: ${JSON.stringify(join(dir, 'log'))},
        });
        console.log('pid ' + server.pid);
        ${ending}
      }, { log: () => {} });
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, server: Number(/pid (\d+)/.exec(output.toString())?.[1]) };
  };
  const exitCode = async (child: ReturnType<typeof spawn>) => ((await once(child, 'exit')) as [number])[0];

  test('cleans up on Ctrl-C', async () => {
    const { child, server } = await start('await new Promise(() => setInterval(() => {}, 1000));');
    expect(isAlive(server)).toBe(true);
    child.kill('SIGINT');
    expect(await exitCode(child)).toBe(130);
    expect(isAlive(server)).toBe(false);
    expect(readFileSync(undone, 'utf8')).toBe('yes');
  });

  test('cleans up when it fails', async () => {
    const { child, server } = await start("throw new Error('no');");
    expect(await exitCode(child)).toBe(1);
    expect(isAlive(server)).toBe(false);
    expect(readFileSync(undone, 'utf8')).toBe('yes');
  });

  test('takes the server with it when it is killed', async () => {
    const { child, server } = await start('await new Promise(() => setInterval(() => {}, 1000));');
    child.kill('SIGKILL');
    while (isAlive(server)) await sleep(20);
    expect(isAlive(server)).toBe(false);
  });
});
