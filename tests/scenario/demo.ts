/**
 * `npm run demo [-- --json] [-- --keep]`: one donation from the map to the next loan of its money, on a real broker, a
 * real database, both partner sandboxes and every service as a process. Exit 0 only where every check held.
 */
import { parseArgs } from 'node:util';
import { checksTable, createChecks, runDonation } from '@ksbb/testkit/donation';
import { type Command, runCommand } from '../../infra/local/command.ts';
import { allHeld, codeAfterInterruption } from './demo-result.ts';
import { startEnvironment } from './environment.ts';

const started = performance.now();
const { json, keep } = parseArgs({
  options: { json: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
}).values;
const checks = createChecks();
let collaborationId: string | null = null;
let finished = false;

const print = (text: string) => void process.stdout.write(`${text}\n`);
const log = (text: string) => print(`[demo] ${text}`);
const progress = () => ({ finished, checks: checks.all });

async function main(command: Command): Promise<number> {
  const environment = await startEnvironment(command, log);
  const reporter = { say: (text: string) => print(`   ${text}`), step: (title: string) => print(`\n${title}`), checks };
  try {
    collaborationId = await runDonation(environment, reporter);
    finished = true;
  } catch (error) {
    checks.equal('The scenario runs to its end', 'the end', (error as Error).message);
  }
  print(`\nChecks of ${collaborationId ?? 'an unfinished scenario'}\n${checksTable(checks.all)}\n`);
  if (keep) {
    log(`everything goes on running until Ctrl-C: ${environment.platform.portalUrl}`);
    for (const [service, url] of Object.entries(environment.platform.urls)) print(`   ${service.padEnd(16)} ${url}`);
    await command.interrupted;
  }
  return allHeld(progress()) ? 0 : 1;
}

runCommand(main, {
  log,
  codeWhenInterrupted: () => codeAfterInterruption(progress()),
  onExit: () => {
    const durationSeconds = Math.round((performance.now() - started) / 100) / 10;
    const ok = allHeld(progress());
    log(`${ok ? 'every check held' : 'not every check held'}; ${durationSeconds} s`);
    if (json) print(JSON.stringify({ ok, collaborationId, durationSeconds, checks: checks.all }));
  },
});
