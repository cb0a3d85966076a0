/**
 * `npm run chaos [-- --seed N] [-- --only ROW] [-- --short] [-- --json] [-- --outage SECONDS]`: faults on the running
 * platform, and a report of what went in and what came out. Exit 0 only where nothing was lost, doubled or unexpected.
 */
import { parseArgs } from 'node:util';
import { eventually, seededRandom } from '@ksbb/testkit';
import { badVisits } from '@ksbb/testkit/bad-visits';
import { type Command, runCommand } from '../../infra/local/command.ts';
import { type ChaosEnvironment, startChaosEnvironment } from './environment/environment.ts';
import { findNeeds, type Needs } from './load/needs.ts';
import { badVisitTargets, goodRequests } from './load/visits.ts';
import { holds, NOTHING, type Row, tableOf } from './report/report.ts';
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
  broker: breakBroker,
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

/**
 * Clients that leave, reset, drip or send half a request. The sandbox is left out: they would use up its ordered
 * faults.
 */
function visitBadly({ platform: { urls } }: ChaosEnvironment, seed: number): () => Promise<number> {
  const targets = badVisitTargets(urls).filter(({ url }) => url !== urls['fintech-sandbox']);
  const stopping = new AbortController();
  const visits = badVisits(targets, { seed, until: stopping.signal, ...BAD_VISITS });
  return async () => {
    stopping.abort();
    return Object.values(await visits).reduce((sum, count) => sum + count, 0);
  };
}

/**
 * Runs one scenario beside bad visits. A scenario that broke off, processes that ended by themselves, and good requests
 * that fail afterwards, are violations too.
 */
async function run(
  row: string,
  scenario: Scenario,
  environment: ChaosEnvironment,
  needs: Needs,
  seed: number,
): Promise<Row> {
  const say = (text: string) => log(`${row}: ${text}`);
  let violations = 0;
  const violation = (text: string) => {
    violations += 1;
    say(`   unexpected: ${text}`);
  };
  const deathsBefore = environment.unexpectedDeaths();
  const endVisits = visitBadly(environment, seed);
  const context = { environment, needs, random: randomOf(seed, row), length, outageMs, say, violation } as const;
  const counts = await scenario(context).catch((error: Error) => {
    violation(`it broke off: ${error.stack ?? error.message}`);
    return NOTHING;
  });
  say(`${await endVisits()} bad visits`);
  await environment.allReady();
  for (const failed of (await goodRequests(environment.platform.urls)).failed) violation(failed);
  const deaths = environment.unexpectedDeaths() - deathsBefore;
  if (deaths > 0) violation(`services ended by themselves ${deaths} times`);
  return { row, ...counts, unexpected: counts.unexpected + violations };
}

async function main(command: Command): Promise<number> {
  const seed = readSeed();
  const environment = await startChaosEnvironment(command, logOtherDeaths);
  const { client } = environment;
  await environment.loadMsmes(MSMES[length]);
  await drained(environment);
  const ids = (await client.allMsmes()).map(({ msmeId }) => msmeId);
  await eventually('the needs boards know every MSME', async () => (await client.boards(ids)).length === ids.length);
  const needs = await findNeeds(client);
  const rows: Row[] = [];
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (values.only !== undefined && values.only !== name) continue;
    log(`${name}, seed ${seed}`);
    const row = await run(name, scenario, environment, needs, seed);
    rows.push(row);
    log(JSON.stringify(row));
  }
  const { balanced } = await client.trialBalance();
  const ok = balanced && rows.every(holds);
  for (const line of [...tableOf(rows), `money ${balanced ? 'balanced' : 'not balanced'}`]) log(line);
  log(ok ? 'nothing lost, nothing doubled, nothing unexpected' : 'it does not hold');
  if (values.json) print(JSON.stringify({ seed, rows, ledgerBalanced: balanced, ok }));
  return ok ? 0 : 1;
}

runCommand(main, { log });
