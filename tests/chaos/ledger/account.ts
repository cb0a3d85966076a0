import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '@ksbb/testkit';
import type { Done } from '../load/journeys.ts';
import { listedMsmes, type Needs } from '../load/needs.ts';
import { type Load, startLoad } from '../load/load.ts';
import type { Letter } from '../world/broker-queues.ts';
import type { ChaosWorld } from '../world/chaos-world.ts';
import { booksOf } from './books.ts';
import { type Baseline, baseline, effectsOf } from './effects.ts';
import { differences, type Row, rowOf } from './row.ts';

/** As much as leaves two cores time to start what was killed. */
const DONORS = { long: 5, short: 3 };
const PAUSE_MS = 250;
const DRAIN_MS = 180_000;
const LOOK_EVERY_MS = 300;
/** So often in a row nothing may wait: a message in hand is on no queue. */
const EMPTY_LOOKS = 4;
/** Until what is missing is taken for lost: longer than what a retry tier or a partner's own repeat adds on a busy machine. */
const LOOKS = 120;
const BETWEEN_LOOKS_MS = 1_000;
const NAMED = 12;

/** What every row works with. */
export type Chaos = {
  world: ChaosWorld;
  needs: Needs;
  /** Of this row alone, so that a row does the same whether others run before it or not. */
  random: SeededRandom;
  short: boolean;
  say: (text: string) => void;
};

type Facts = { expected: string[]; seen: string[] };

/** What a row adds to what its load tells: how many faults there were, and facts of its own. */
export type Injected = {
  faults: number;
  /** What was done besides the load. */
  done?: readonly Done[];
  facts?: () => Promise<Facts>;
  /** Dead letters that have to be there, as `givenUp` names them. */
  dead?: readonly string[];
  /** What must not have been seen, and was. */
  violations?: readonly string[];
};

/** Waits until no outbox, queue or retry tier holds anything. Answers what still does when the time is over. */
export async function drained({ world }: Pick<Chaos, 'world'>): Promise<string[]> {
  const deadline = performance.now() + DRAIN_MS;
  let [unsent, waiting] = [-1, -1];
  for (let empty = 0; empty < EMPTY_LOOKS && performance.now() < deadline;) {
    await sleep(LOOK_EVERY_MS);
    [unsent, waiting] = await Promise.all([world.databases.unsent(), world.queues.waiting()]).catch(
      () => [-1, -1] as [number, number],
    );
    empty = unsent === 0 && waiting === 0 ? empty + 1 : 0;
  }
  return [
    ...(unsent === 0 ? [] : [`${unsent} outboxes are not empty`]),
    ...(waiting === 0 ? [] : [`${waiting} messages wait in queues`]),
  ];
}

/** A dead letter as a fact; why it is one is only told where nobody expected it. */
export const givenUp = ({ service, messageId }: Pick<Letter, 'service' | 'messageId'>) =>
  `${service} gave up ${messageId}`;

function name(say: Chaos['say'], what: string, facts: readonly string[]): void {
  for (const fact of facts.slice(0, NAMED)) say(`   ${what}: ${fact}`);
  if (facts.length > NAMED) say(`   ${what}: and ${facts.length - NAMED} more`);
}

async function observe(chaos: Chaos, done: readonly Done[], before: Baseline, own: Injected['facts']): Promise<Facts> {
  const parts = await Promise.all([
    effectsOf(chaos.world, done, before),
    booksOf(chaos.world),
    own?.() ?? { expected: [], seen: [] },
  ]);
  return { expected: parts.flatMap(({ expected }) => expected), seen: parts.flatMap(({ seen }) => seen) };
}

/** Reads what came about until nothing is missing, and once more a while later, so that what comes twice is seen. */
async function observeAll(
  chaos: Chaos,
  done: readonly Done[],
  before: Baseline,
  own: Injected['facts'],
): Promise<Facts> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const { expected, seen } = await observe(chaos, done, before, own);
    const { lost, unexpected } = differences(expected, seen);
    if (lost.length + unexpected.length === 0) break;
    await sleep(BETWEEN_LOOKS_MS);
  }
  await sleep(BETWEEN_LOOKS_MS);
  return observe(chaos, done, before, own);
}

/** Runs a row: load, and faults meanwhile; then drains and compares what came about with what had to. */
export async function underLoad(
  chaos: Chaos,
  {
    row,
    donors = DONORS[chaos.short ? 'short' : 'long'],
    pauseMs = PAUSE_MS,
  }: { row: string; donors?: number; pauseMs?: number },
  inject: (load: Load) => Promise<Injected>,
): Promise<Row> {
  const { world, say } = chaos;
  const deathsBefore = world.unexpectedDeaths();
  const before = await baseline(world, await listedMsmes(world));
  world.tap.clear();
  const load = startLoad(chaos, { donors, pauseMs });
  const { faults, done: others = [], facts, dead: expectedDead = [], violations = [] } = await inject(load);
  say(`${row}: ${faults} faults are over; ${load.finished()} journeys ended so far, the others go on to their end`);
  const done = [...(await load.stop()), ...others];
  await world.allReady();
  const stuck = await drained(chaos);
  const { expected, seen } = await observeAll(chaos, done, before, facts);
  const dead = (await world.queues.takeDead()).map((letter) =>
    expectedDead.includes(givenUp(letter)) ? givenUp(letter) : `${givenUp(letter)}: ${letter.reason}`,
  );
  const deaths = Array.from({ length: world.unexpectedDeaths() - deathsBefore }, () => 'a service ended by itself');
  const all = {
    expected: [...expected, ...expectedDead],
    seen: [...seen, ...dead, ...stuck, ...deaths, ...violations],
  };
  const found = differences(all.expected, all.seen);
  name(say, 'lost', found.lost);
  name(say, 'doubled', found.doubled);
  name(say, 'unexpected', found.unexpected);
  say(
    `${row}: ${done.length} journeys, ${world.tap.events().size} events, ${world.tap.repeated()} of them sent more than once`,
  );
  return rowOf(row, faults, all.expected, all.seen);
}
