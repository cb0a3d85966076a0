/**
 * `npm start [-- --msmes N] [--port P]`: the whole platform with data loaded, until Ctrl-C. Keeps nothing between runs.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBackingServers } from './backing-servers.ts';
import { runCommand, type Command } from './command.ts';
import { RUNNING_PLATFORM } from './find-broker.ts';
import { loadCommand, loadMsmes } from './load-msmes.ts';
import { databaseFor } from './memory.ts';
import { type Platform, startPlatform } from './platform.ts';
import { isFreePort } from '@ksbb/testkit';
import { makeRunDirectory, ROOT } from './run-directory.ts';

const MOST_MSMES = 1_000_000;

const log = (text: string) => void process.stdout.write(`[start] ${text}\n`);

async function main(command: Command): Promise<number> {
  const { msmes, port } = readOptions();
  if (!(await isFreePort(port))) {
    throw new Error(`port ${port} is taken; stop what listens there, or choose another: npm start -- --port 8081`);
  }
  const dir = makeRunDirectory('start');
  command.defer(() => rmSync(dir, { recursive: true, force: true }));
  const { rabbit, mongo } = await startBackingServers(command, { dir, log, embedded: () => databaseFor(msmes) });
  sayWhereTheBrokerIs(command, rabbit.url);
  const logDir = join(ROOT, '.run/logs');
  const show = (line: string) => void process.stdout.write(`${line}\n`);
  const shared = { dir, logDir, show, log, rabbitUrl: rabbit.url, mongoUrl: mongo.url };
  const platform = await startPlatform({
    ...shared,
    ports: { portal: port },
    settings: { portal: { PUBLIC_URL: `http://localhost:${port}` } },
  });
  command.defer(() => platform.stop());
  log(`loading the real MSMEs and ${msmes} generated ones`);
  await load(command, platform, msmes, show);
  log(`open http://localhost:${port} (logs in .run/logs, Ctrl-C stops everything)`);
  if (rabbit.managementUrl !== undefined) log(`RabbitMQ management: ${rabbit.managementUrl}`);
  await command.interrupted;
  return 0;
}

/** Loads the data. Where that fails the platform goes on with what is there. */
async function load(command: Command, platform: Platform, msmes: number, show: (line: string) => void): Promise<void> {
  let interrupted = false;
  void command.interrupted.then(() => (interrupted = true));
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  try {
    await loadMsmes(platform, msmes, { defer: command.defer, onLine: show });
    log(`the data is loaded, ${seconds()} s`);
  } catch (error) {
    if (interrupted) return;
    log((error as Error).message);
    log(`the platform goes on with what was loaded in ${seconds()} s; this command goes on with loading:`);
    log(loadCommand(platform, msmes));
  }
}

/** For commands that an operator runs beside it, such as `npm run dead-letters`. */
function sayWhereTheBrokerIs(command: Command, amqpUrl: string): void {
  writeFileSync(RUNNING_PLATFORM, JSON.stringify({ pid: process.pid, amqpUrl }), { mode: 0o600 });
  command.defer(() => rmSync(RUNNING_PLATFORM, { force: true }));
}

function readOptions(): { msmes: number; port: number } {
  const { values } = parseArgs({
    options: { msmes: { type: 'string', default: '5000' }, port: { type: 'string', default: '8080' } },
  });
  return { msmes: integer('--msmes', values.msmes, MOST_MSMES), port: integer('--port', values.port, 65_535) };
}

function integer(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`${name} must be a whole number from 1 to ${most}, not "${text}"`);
  }
  return value;
}

runCommand(main, { log, codeWhenInterrupted: () => 0 });
