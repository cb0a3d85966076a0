/**
 * `npm start [-- --msmes N --port P]`: the whole platform with data loaded, until Ctrl-C. Keeps nothing between runs.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBackingServers } from './backing-servers.ts';
import { freePortOption, runCommand, wholeNumber, type Command } from './command.ts';
import { RUNNING_PLATFORM } from './find-broker.ts';
import { loadCommand, loadMsmes } from './load-msmes.ts';
import { databaseFor } from './memory.ts';
import { type Platform, startPlatform } from './platform.ts';
import { withProgress } from './progress.ts';
import { ROOT } from './run-directory.ts';

const MOST_MSMES = 1_000_000;

const show = (line: string) => void process.stdout.write(`${line}\n`);
const log = (text: string) => show(`[start] ${text}`);

async function main(command: Command): Promise<number> {
  const { values } = parseArgs({
    options: { msmes: { type: 'string', default: '5000' }, port: { type: 'string', default: '8080' } },
  });
  const msmes = wholeNumber('--msmes', values.msmes, MOST_MSMES);
  const port = await freePortOption(values.port, 'npm start -- --port 8081');
  const { dir, rabbit, mongo } = await startBackingServers(command, 'start', log, () => databaseFor(msmes));
  sayWhereTheBrokerIs(command, rabbit.url);
  const platform = await startPlatform({
    dir,
    logDir: join(ROOT, '.run/logs'),
    show,
    log,
    rabbitUrl: rabbit.url,
    mongoUrl: mongo.url,
    ports: { portal: port },
    settings: { portal: { PUBLIC_URL: `http://localhost:${port}` } },
  });
  command.defer(() => platform.stop());
  await load(command, platform, msmes);
  log(`open http://localhost:${port} (logs in .run/logs, Ctrl-C stops everything)`);
  log(`RabbitMQ management: ${rabbit.managementUrl}`);
  await command.interrupted;
  return 0;
}

/** Loads the data. Where that fails the platform goes on with what is there. */
async function load(command: Command, platform: Platform, msmes: number): Promise<void> {
  let interrupted = false;
  void command.interrupted.then(() => (interrupted = true));
  const loading = () => loadMsmes(platform, msmes, show, command.defer);
  try {
    await withProgress(log, `loading the real MSMEs and ${msmes} generated ones`, loading);
  } catch (error) {
    if (interrupted) return;
    log((error as Error).message);
    log('the platform goes on with what was loaded; this command goes on with loading:');
    log(loadCommand(platform, msmes));
  }
}

/** For commands that an operator runs beside it, such as `npm run dead-letters`. */
function sayWhereTheBrokerIs(command: Command, amqpUrl: string): void {
  writeFileSync(RUNNING_PLATFORM, JSON.stringify({ pid: process.pid, amqpUrl }), { mode: 0o600 });
  command.defer(() => rmSync(RUNNING_PLATFORM, { force: true }));
}

runCommand(main, { log, codeWhenInterrupted: () => 0 });
