import { spawn } from 'node:child_process';

/** Longest time for one tool of the check. */
const LIMIT_MS = 120_000;

/**
 * Runs a tool of node_modules by this node, in the root of the repository.
 * @returns nothing where it ends well; what it printed where it does not
 */
export function faultsOf(root: string, script: string, args: string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, timeout: LIMIT_MS, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => (output += String(text)));
    child.stderr.on('data', (text) => (output += String(text)));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve([]);
      const ended = signal === null ? `exit code ${code}` : `${signal}, after ${LIMIT_MS / 1000} s at most`;
      resolve([output.trim() === '' ? `${script} ended with ${ended} and said nothing` : output.trim()]);
    });
  });
}
