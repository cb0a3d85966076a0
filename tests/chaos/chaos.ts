/**
 * `npm run chaos [-- --seed N] [-- --only ROW] [-- --short] [-- --json] [-- --outage SECONDS]`: faults on the running
 * platform,
 * and a report of what went in and what came out. Exit 0 only where nothing was lost, doubled or unexpected.
 */
import { parseArgs } from 'node:util';
import { eventually, seededRandom } from '@ksbb/testkit';
import { badVisits } from '@ksbb/testkit/bad-visits';
import { type Command, runCommand } from '../../infra/local/command.ts';
import { type ChaosEnvironment, startChaosEnvironment } from './environment/environment.ts';
import { findNeeds } from './load/needs.ts';
import { badVisitTargets, goodRequests } from './load/visits.ts';
import { asRow, holds, type ScenarioReport, tableOf } from './report/report.ts';
import type { ScenarioContext } from './load/context.ts';
import { drained, type Scenario } from './report/under-load.ts';
import { breakBroker } from './scenarios/broker.ts';
import { breakDatabase } from './scenarios/database.ts';
import { replayDeadLetters } from './scenarios/dead-letters.ts';
import { repeatDeliveries } from './scenarios/duplicates.ts';
import { killServices } from './scenarios/kill.ts';
import { breakPartners } from './scenarios/partners.ts';
import { poison } from './scenarios/poison.ts';
import { raceForTheLastUnit } from './scenarios/race.ts';
import { runReplicas } from './scenarios/replicas.ts';

/** Generated ones, beside the 271 real places. */
const MSMES = { long: 600, short: 100 };
/** Few enough that two cores have time for the load and for starting what was killed. */
const BAD_VISITS = { atOnce: 2, pauseMs: 150 };

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    outage: { type: 'string' },
  },
});

const started = performance.now();
const print = (text: string) => void process.stdout.write(`${text}\n`);
const log = (text: string) => print(`[chaos ${Math.round((performance.now() - started) / 1000)} s] ${text}`);

const length = values.short ? 'short' : 'long';
const outageMs = 1_000 * Number(values.outage ?? (values.short ? 6 : 60));

/** The rows of the fault matrix, in the order in which they run. */
const SCENARIOS: Record<string, Scenario> = {
  race: raceForTheLastUnit,
  kill: killServices,
  replicas: runReplicas,
  duplicates: repeatDeliveries,
  poison,
  'dead-letters': replayDeadLetters,
  partners: breakPartners,
  database: breakDatabase,
  broker: (context) => breakBroker(context, outageMs),
};

function readSeed(): number {
  const seed = Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`--seed must be a whole number, not "${values.seed}"`);
  if (!(outageMs >= 1_000)) throw new Error(`--outage is a number of seconds, not "${values.outage}"`);
  if (values.only !== undefined && !Object.hasOwn(SCENARIOS, values.only))
    throw new Error(`--only is one of ${Object.keys(SCENARIOS).join(', ')}`);
  return seed;
}

/** The same for a scenario of the same seed, whichever scenarios run before it. */
const randomOf = (seed: number, scenario: string) =>
  seededRandom([...scenario].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), seed));

/** A scenario names the deaths that it causes itself. */
const logOtherDeaths = (text: string) => {
  if (!/ended \((SIGKILL|exit code 0)\)/.test(text)) log(text);
};

/** A scenario that broke off does not hold. */
function brokenOff(scenario: string, error: Error): ScenarioReport {
  log(`${scenario} broke off: ${error.stack ?? error.message}`);
  return { scenario, faults: 0, in: 0, out: 0, lost: 0, doubled: 0, unexpected: 1 };
}

/**
 * Clients that leave, reset, drip or send half a request. The sandbox is left out: they would use up its ordered
 * faults.
 */
function visitBadly({ platform }: ChaosEnvironment, seed: number): () => Promise<number> {
  const targets = badVisitTargets(platform.urls).filter(({ url }) => url !== platform.urls['fintech-sandbox']);
  const stopping = new AbortController();
  const visits = badVisits(targets, { seed, until: stopping.signal, ...BAD_VISITS });
  return async () => {
    stopping.abort();
    return Object.values(await visits).reduce((sum, count) => sum + count, 0);
  };
}

/**
 * Runs one scenario beside bad visits. Processes that ended by themselves, and good requests that fail afterwards, are
 * unexpected.
 */
async function run(name: string, seed: number, context: Omit<ScenarioContext, 'random'>): Promise<ScenarioReport> {
  const { environment } = context;
  const deathsBefore = environment.unexpectedDeaths();
  const endVisits = visitBadly(environment, seed);
  const scenario = SCENARIOS[name] as Scenario;
  const running = scenario({ ...context, random: randomOf(seed, name) });
  const report = await running.catch((error: Error) => brokenOff(name, error));
  log(`${name}: ${await endVisits()} bad visits`);
  await environment.allReady();
  const { failed } = await goodRequests(environment.platform.urls);
  const deaths = environment.unexpectedDeaths() - deathsBefore;
  const found = [...failed, ...Array.from({ length: deaths }, () => 'a service ended by itself')];
  for (const fact of found) log(`   unexpected: ${fact}`);
  return { ...report, unexpected: report.unexpected + found.length };
}

async function main(command: Command): Promise<number> {
  const seed = readSeed();
  const environment = await startChaosEnvironment(command, logOtherDeaths);
  const { client } = environment;
  await environment.loadMsmes(MSMES[length]);
  await drained({ environment });
  const ids = (await client.allMsmes()).map(({ msmeId }) => msmeId);
  await eventually('the needs boards know every MSME', async () => (await client.boards(ids)).length === ids.length);
  const needs = await findNeeds(client);
  const reports: ScenarioReport[] = [];
  for (const name of Object.keys(SCENARIOS)) {
    if (values.only !== undefined && values.only !== name) continue;
    log(`${name}, seed ${seed}`);
    const report = await run(name, seed, { environment, needs, length, say: log });
    reports.push(report);
    log(JSON.stringify(asRow(report)));
  }
  const { balanced } = await client.trialBalance();
  const ok = balanced && reports.every(holds);
  for (const line of [...tableOf(reports), `money ${balanced ? 'balanced' : 'not balanced'}`]) log(line);
  log(ok ? 'nothing lost, nothing doubled, nothing unexpected' : 'it does not hold');
  if (values.json) print(JSON.stringify({ seed, rows: reports.map(asRow), ledgerBalanced: balanced, ok }));
  return ok ? 0 : 1;
}

runCommand(main, { log });
