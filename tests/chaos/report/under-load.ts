import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetter } from '../environment/broker-queues.ts';
import type { Done } from '../load/journeys.ts';
import type { ScenarioContext } from '../load/context.ts';
import { type Load, startLoad } from '../load/load.ts';
import { type Baseline, baselineOf, effectsOf } from './effects.ts';
import { moneyFacts } from './money.ts';
import { differences, type Facts, joinedFacts, reportOf, type ScenarioReport } from './report.ts';

/** As many as leave two cores enough time to start what was killed. */
const DONORS = { long: 5, short: 3 };
const DRAIN_MS = 180_000;
const LOOK_EVERY_MS = 300;
/** How often in a row no message may wait: a message that is being handled is in no queue. */
const EMPTY_LOOKS = 4;
/**
 * Looks until what is missing counts as lost: longer than a retry tier or a partner's own repeat takes on a busy
 * machine.
 */
const LOOKS = 120;
const BETWEEN_LOOKS_MS = 1_000;
const MOST_NAMED = 12;

export type Scenario = (context: ScenarioContext) => Promise<ScenarioReport>;

/** What a scenario adds to its load: how many faults there were, and facts of its own. */
export type Injected = {
  faults: number;
  /** What was done besides the load. */
  done?: readonly Done[];
  facts?: () => Promise<Facts>;
  /** Dead letters that have to be there, as `deadLetterFact` names them. */
  dead?: readonly string[];
  /** What must not happen, and did. */
  violations?: readonly string[];
};

/** Waits until no outbox, queue or retry tier holds anything. Answers what still does after three minutes. */
export async function drained({ environment }: Pick<ScenarioContext, 'environment'>): Promise<string[]> {
  const deadline = performance.now() + DRAIN_MS;
  let [outboxes, waiting] = [-1, -1];
  for (let empty = 0; empty < EMPTY_LOOKS && performance.now() < deadline;) {
    await sleep(LOOK_EVERY_MS);
    const looks = Promise.all([environment.databases.pendingOutboxes(), environment.queues.waiting()]);
    [outboxes, waiting] = await looks.catch((): [number, number] => [-1, -1]);
    empty = outboxes === 0 && waiting === 0 ? empty + 1 : 0;
  }
  return [
    ...(outboxes === 0 ? [] : [`${outboxes} outboxes are not empty`]),
    ...(waiting === 0 ? [] : [`${waiting} messages wait in queues`]),
  ];
}

/** A dead letter as a fact. Its reason is added only where nobody expected it. */
export const deadLetterFact = ({ service, messageId }: Pick<DeadLetter, 'service' | 'messageId'>) =>
  `${service} gave up ${messageId}`;

function sayAll(say: ScenarioContext['say'], what: string, facts: readonly string[]): void {
  for (const fact of facts.slice(0, MOST_NAMED)) say(`   ${what}: ${fact}`);
  if (facts.length > MOST_NAMED) say(`   ${what}: and ${facts.length - MOST_NAMED} more`);
}

type Observe = () => Promise<Facts>;

function observation(
  { environment }: ScenarioContext,
  done: readonly Done[],
  before: Baseline,
  own: Injected['facts'],
): Observe {
  const none = { expected: [], seen: [] };
  return async () =>
    joinedFacts(await Promise.all([effectsOf(environment, done, before), moneyFacts(environment), own?.() ?? none]));
}

/** Observes until nothing is missing, and once more a while later, so that an effect that comes twice is seen. */
async function settled(observe: Observe): Promise<Facts> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const { lost, unexpected } = differences(await observe());
    if (lost.length + unexpected.length === 0) break;
    await sleep(BETWEEN_LOOKS_MS);
  }
  await sleep(BETWEEN_LOOKS_MS);
  return observe();
}

/**
 * Runs a scenario: load, and faults during the load. Then it drains everything and compares the effects with what was
 * done.
 */
export async function underLoad(
  context: ScenarioContext,
  scenario: string,
  inject: (load: Load) => Promise<Injected>,
  donors = DONORS[context.length],
): Promise<ScenarioReport> {
  const { environment, say } = context;
  const before = await baselineOf(environment);
  environment.events.clear();
  const load = startLoad(context, donors);
  const { faults, done: others = [], facts, dead: expectedDead = [], violations = [] } = await inject(load);
  say(`${scenario}: ${faults} faults are over; ${load.finished()} journeys have ended, the others go on to their end`);
  const done = [...(await load.stop()), ...others];
  await environment.allReady();
  const stuck = await drained(context);
  const observed = await settled(observation(context, done, before, facts));
  const dead = (await environment.queues.takeDead()).map((message) => {
    const fact = deadLetterFact(message);
    return expectedDead.includes(fact) ? fact : `${fact}: ${message.reason}`;
  });
  const all = joinedFacts([
    observed,
    { expected: [...expectedDead], seen: dead },
    { expected: [], seen: [...stuck, ...violations] },
  ]);
  const found = differences(all);
  for (const what of ['lost', 'doubled', 'unexpected'] as const) sayAll(say, what, found[what]);
  const { events } = environment;
  say(
    `${scenario}: ${done.length} journeys, ${events.recorded().size} events, ${events.repeated()} sent more than once`,
  );
  return reportOf(scenario, faults, all);
}
