import { spawn } from 'node:child_process';
import { ROOT } from '../../infra/local/run-directory.ts';

test('visits that end badly in every way end no process and disturb no good request', async () => {
  const child = spawn(process.execPath, ['tests/chaos/bad-visits.ts', '--count', '700', '--seed', '7', '--json'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => child.on('exit', resolve));
  if (code !== 0) process.stderr.write(output);
  const result: unknown = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
  expect(result).toMatchObject({ visits: 700, ended: [], failed: [], grown: [], ok: true });
  expect(code).toBe(0);
}, 300_000);
