import { spawn } from 'node:child_process';
import { ROOT } from '../../infra/local/run-directory.ts';

const ROWS = ['race', 'kill', 'replicas', 'duplicates', 'poison', 'dead-letters', 'partners', 'database', 'broker'];

test('a short round of every row loses nothing, doubles nothing, and the books balance', async () => {
  const child = spawn(process.execPath, ['tests/chaos/chaos.ts', '--short', '--json', '--seed', '7'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => child.on('exit', resolve));
  const result = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as {
    rows: { row: string; lost: number; doubled: number; unexpected: number }[];
  };
  // What was lost, doubled or not expected is named there.
  if (code !== 0) process.stderr.write(output);
  expect(result.rows.map(({ row, lost, doubled, unexpected }) => ({ row, lost, doubled, unexpected }))).toEqual(
    ROWS.map((row) => ({ row, lost: 0, doubled: 0, unexpected: 0 })),
  );
  expect(result).toMatchObject({ seed: 7, ledgerBalanced: true, ok: true });
  expect(code).toBe(0);
}, 600_000);
