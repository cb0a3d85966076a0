/**
 * `npm test [-- PATH... | -t NAME | any other option of jest]`: starts one broker and one database for all tests, runs
 * jest, stops everything, and closes with the line `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startBackingServers, testEnvironment } from './backing-servers.ts';
import { runCommand, type Command } from './command.ts';
import { ROOT } from './run-directory.ts';
import { readTally, type Tally } from './test-tally.ts';

const log = (text: string) => void process.stderr.write(`[test] ${text}\n`);

let tally: Tally = { passed: 0, failed: 1 };

async function main(command: Command): Promise<number> {
  const servers = await startBackingServers(command, 'test', log);
  const resultFile = join(servers.dir, 'jest.json');
  const code = await jest(command, [`--outputFile=${resultFile}`, ...process.argv.slice(2)], testEnvironment(servers));
  tally = readTally(resultFile, code);
  return tally.failed > 0 ? Math.max(code, 1) : code;
}

/** In a process group of its own, so that its workers go with it when we are interrupted. */
function jest(command: Command, args: string[], env: Record<string, string>): Promise<number> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const program = join(ROOT, 'node_modules/jest/bin/jest.js');
  const child = spawn(process.execPath, [...flags, program, '--json', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  command.defer(() => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

runCommand(main, {
  log,
  onExit: () => process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`),
});
