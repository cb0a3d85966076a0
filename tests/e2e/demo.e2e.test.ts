import { spawn } from 'node:child_process';
import { ROOT } from '../../infra/local/run-directory.ts';

type Result = {
  ok: boolean;
  collaborationId: string;
  durationSeconds: number;
  checks: { name: string; ok: boolean; expected: unknown; actual: unknown }[];
};

function run(script: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [script, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.on('exit', (code) => resolve({ code, output })));
}

const lastLine = (output: string): unknown => JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');

test('the demo walks one donation end to end and every check holds', async () => {
  const { code, output } = await run('tests/scenario/demo.ts', '--json');
  const result = lastLine(output) as Result;
  expect(result.checks.filter((check) => !check.ok)).toEqual([]);
  expect(result).toMatchObject({
    ok: true,
    collaborationId: expect.stringMatching(/^KSBB-/),
    durationSeconds: expect.any(Number),
  });
  expect(result.checks.length).toBeGreaterThan(30);
  expect(code).toBe(0);
}, 300_000);
