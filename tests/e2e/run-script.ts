import { spawn } from 'node:child_process';
import { ROOT } from '../../infra/local/run-directory.ts';

/** Runs a command line tool of this repository with `--json`. Answers its exit code and the object in its last line. */
export async function runScript(script: string, ...args: string[]): Promise<{ code: number | null; result: any }> {
  const child = spawn(process.execPath, [script, '--json', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  // What did not hold is named there.
  if (code !== 0) process.stderr.write(output);
  return { code, result: JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') };
}
