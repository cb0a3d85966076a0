/**
 * `npm run chaos [-- --seed N] [-- --only ROW] [-- --short] [-- --json] [-- --outage SECONDS]`: faults on the running platform,
 * and a ledger of what went in and what came out. Exit 0 only where nothing was lost, doubled or unexpected.
 */
import { parseArgs } from 'node:util';
import { type Command, runCommand } from '../../infra/local/command.ts';
import { eventually, seededRandom } from '@ksbb/testkit';
import { type Chaos, drained } from './ledger/account.ts';
import { booksOf } from './ledger/books.ts';
import { holds, ledgerOf, type Row } from './ledger/row.ts';
import { boardsOf, findNeeds, listedMsmes } from './load/needs.ts';
import { breakBroker } from './rows/broker.ts';
import { breakDatabase } from './rows/database.ts';
import { replayDeadLetters } from './rows/dead-letters.ts';
import { repeatDeliveries } from './rows/duplicates.ts';
import { killServices } from './rows/kill.ts';
import { breakPartners } from './rows/partners.ts';
import { poison } from './rows/poison.ts';
import { raceForTheLastUnit } from './rows/race.ts';
import { runReplicas } from './rows/replicas.ts';
import { startChaosWorld } from './world/chaos-world.ts';

/** Generated ones, beside the 271 real places. */
const MSMES = { long: 600, short: 100 };

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

const outageMs = 1_000 * Number(values.outage ?? (values.short ? 6 : 60));

/** The rows of the fault matrix, in the order in which they run. */
const ROWS: Record<string, (chaos: Chaos) => Promise<Row>> = {
  race: raceForTheLastUnit,
  kill: killServices,
  replicas: runReplicas,
  duplicates: repeatDeliveries,
  poison,
  'dead-letters': replayDeadLetters,
  partners: breakPartners,
  database: breakDatabase,
  broker: (chaos) => breakBroker(chaos, outageMs),
};

function readSeed(): number {
  const seed = Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`--seed must be a whole number, not "${values.seed}"`);
  if (!(outageMs >= 1_000)) throw new Error(`--outage is a number of seconds, not "${values.outage}"`);
  if (values.only !== undefined && !Object.hasOwn(ROWS, values.only))
    throw new Error(`--only is one of ${Object.keys(ROWS).join(', ')}`);
  return seed;
}

/** The same for a row of the same seed, whichever rows run before it. */
const randomOf = (seed: number, row: string) =>
  seededRandom([...row].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), seed));

/** Deaths that a row causes are told by the row. */
const unlessOfARow = (text: string) => {
  if (!/ended \((SIGKILL|exit code 0)\)/.test(text)) log(text);
};

/** A row that did not come to its end does not hold. */
function brokenOff(row: string, error: Error): Row {
  log(`row ${row} broke off: ${error.stack ?? error.message}`);
  return { row, faults: 0, in: 0, out: 0, lost: 0, doubled: 0, unexpected: 1 };
}

async function main(command: Command): Promise<number> {
  const seed = readSeed();
  const world = await startChaosWorld(command, unlessOfARow);
  await world.loadMsmes(MSMES[values.short ? 'short' : 'long']);
  await drained({ world });
  const ids = await listedMsmes(world);
  await eventually('the needs boards know every MSME', async () => (await boardsOf(world, ids)).length === ids.length);
  const needs = await findNeeds(world);
  const rows: Row[] = [];
  for (const [name, run] of Object.entries(ROWS)) {
    if (values.only !== undefined && values.only !== name) continue;
    log(`row ${name}, seed ${seed}`);
    const row = await run({ world, needs, random: randomOf(seed, name), short: values.short, say: log }).catch(
      (error: Error) => brokenOff(name, error),
    );
    rows.push(row);
    log(JSON.stringify(row));
  }
  const { balanced } = await booksOf(world);
  const ok = balanced && rows.every(holds);
  for (const line of [...ledgerOf(rows), `money ${balanced ? 'balanced' : 'not balanced'}`]) log(line);
  log(ok ? 'nothing lost, nothing doubled, nothing unexpected' : 'it does not hold');
  if (values.json) print(JSON.stringify({ seed, rows, ledgerBalanced: balanced, ok }));
  return ok ? 0 : 1;
}

runCommand(main, { log });
