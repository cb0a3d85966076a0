/**
 * `npm run demo [-- --json] [-- --keep]`: one donation from the map to the next loan of its money, on a real broker, a real
 * database, both partner sandboxes and every service as a process. Exit 0 only where every check held.
 */
import { parseArgs } from 'node:util';
import { type Command, runCommand } from '../../infra/local/command.ts';
import { checksTable, createChecks } from './checks.ts';
import { tellStory } from './story.ts';
import { startWorld } from './world.ts';

const started = performance.now();
const { json, keep } = parseArgs({
  options: { json: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
}).values;
const checks = createChecks();
let collaborationId: string | null = null;
let finished = false;

const print = (text: string) => void process.stdout.write(`${text}\n`);
const log = (text: string) => print(`[demo] ${text}`);
const allHeld = () => finished && checks.all.every((check) => check.ok);

async function main(command: Command): Promise<number> {
  const world = await startWorld(command, log);
  const telling = { say: (text: string) => print(`   ${text}`), step: (title: string) => print(`\n${title}`), checks };
  try {
    collaborationId = await tellStory(world, telling);
    finished = true;
  } catch (error) {
    checks.equal('The story goes on to its end', 'the end', (error as Error).message);
  }
  print(`\nChecks of ${collaborationId ?? 'an unfinished story'}\n${checksTable(checks.all)}\n`);
  if (keep) {
    log(`everything goes on running until Ctrl-C: ${world.platform.portalUrl}`);
    for (const [service, url] of Object.entries(world.platform.urls)) print(`   ${service.padEnd(16)} ${url}`);
    await command.interrupted;
  }
  return allHeld() ? 0 : 1;
}

runCommand(main, {
  log,
  onExit: (code) => {
    const durationSeconds = Math.round((performance.now() - started) / 100) / 10;
    const ok = code === 0 && allHeld();
    log(`${ok ? 'every check held' : 'not every check held'}; ${durationSeconds} s`);
    if (json) print(JSON.stringify({ ok, collaborationId, durationSeconds, checks: checks.all }));
  },
});
