/**
 * `npm run chaos [-- --seed N] [-- --only ROW] [-- --short] [-- --json]`: faults on the running platform, and a ledger of what
 * went in and what came out. Exit 0 only where nothing was lost, doubled or unexpected.
 */
import { parseArgs } from 'node:util';
import { type Command, runCommand } from '../../infra/dev/command.ts';
import { good } from '../../infra/demo/api.ts';
import { startWorld, type World } from '../../infra/demo/world.ts';
import { killServices } from './kill.ts';
import { raceForTheLastUnit } from './race.ts';
import { seededRandom } from './random.ts';
import { holds, type Row } from './row.ts';

const MSMES = 400;
const LONG = { kills: 25, donors: 100 };
const SHORT = { kills: 6, donors: 24 };

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const print = (text: string) => void process.stdout.write(`${text}\n`);
const log = (text: string) => print(`[chaos] ${text}`);

const rowNames = ['kill', 'race'] as const;

function runRow(name: (typeof rowNames)[number], world: World, random: () => number): Promise<Row> {
  switch (name) {
    case 'kill':
      return killServices(world, random, values.short ? SHORT : LONG);
    case 'race':
      return raceForTheLastUnit(world);
    default:
      return name satisfies never;
  }
}

async function main(command: Command): Promise<number> {
  const seed = Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`--seed must be a whole number, not "${values.seed}"`);
  if (values.only !== undefined && !rowNames.some((name) => name === values.only)) throw new Error(`--only is one of ${rowNames.join(', ')}`);
  const world = await startWorld(command, log);
  await world.loadMsmes(MSMES);
  const random = seededRandom(seed);
  const rows: Row[] = [];
  for (const name of rowNames.filter((one) => values.only === undefined || one === values.only)) {
    log(`row ${name}, seed ${seed}`);
    const row = await runRow(name, world, random);
    rows.push(row);
    print(`   ${JSON.stringify(row)}`);
  }
  const { balanced } = await good('GET', `${world.api('fintech-gateway')}/fund/trial-balance`);
  const ok = balanced && rows.every(holds);
  log(ok ? 'nothing lost, nothing doubled, nothing unexpected' : 'it does not hold');
  if (values.json) print(JSON.stringify({ seed, rows, ledgerBalanced: balanced, ok }));
  return ok ? 0 : 1;
}

runCommand(main, { log });
