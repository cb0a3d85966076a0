import { runScript } from '../e2e/run-script.ts';

const ROWS = ['race', 'kill', 'replicas', 'duplicates', 'poison', 'dead-letters', 'partners', 'database', 'broker'];

test('a short round of every scenario loses nothing, doubles nothing, and the books balance', async () => {
  const { code, result } = await runScript('tests/chaos/chaos.ts', '--short', '--seed', '7');
  const rows: { row: string; lost: number; doubled: number; unexpected: number }[] = result.rows;
  expect(rows.map(({ row, lost, doubled, unexpected }) => ({ row, lost, doubled, unexpected }))).toEqual(
    ROWS.map((row) => ({ row, lost: 0, doubled: 0, unexpected: 0 })),
  );
  expect(result).toMatchObject({ seed: 7, ledgerBalanced: true, ok: true });
  expect(code).toBe(0);
}, 600_000);

test('visits that end badly in every way end no process and disturb no good request', async () => {
  const { code, result } = await runScript('tests/chaos/bad-visits.ts', '--count', '700', '--seed', '7');
  expect(result).toMatchObject({ visits: 700, ended: [], failed: [], grown: [], ok: true });
  expect(code).toBe(0);
}, 300_000);
