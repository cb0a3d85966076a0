/**
 * `npm test [-- PATH... | -t NAME | any other option of jest]`: starts one broker and one database for all tests, runs
 * jest, stops everything, and closes with the line `N passed, N failed`.
 */
import { join } from 'node:path';
import { execa } from 'execa';
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

/** Runs jest in a process group of its own, so that its workers go with it when we are interrupted. */
async function jest(command: Command, args: string[], env: Record<string, string>): Promise<number> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const child = execa(process.execPath, [...flags, join(ROOT, 'node_modules/jest/bin/jest.js'), '--json', ...args], {
    cwd: ROOT,
    env,
    detached: true,
    reject: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'inherit',
  });
  let ended = false;
  command.defer(() => {
    if (!ended && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  });
  const { exitCode = 1 } = await child;
  ended = true;
  return exitCode;
}

runCommand(main, {
  log,
  onExit: () => process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`),
});
