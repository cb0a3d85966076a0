import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@ksbb/testkit';
import type { DeadLetter } from '../environment/broker.ts';
import type { ChaosEnvironment } from '../environment/environment.ts';
import type { ScenarioContext } from '../load/context.ts';
import type { Done } from '../load/journeys.ts';
import { startLoad } from '../load/load.ts';
import { baselineOf, effectsOf } from './effects.ts';
import { moneyFacts } from './money.ts';
import { countFacts, type Counts, differences, type Facts, joinedFacts } from './report.ts';

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

export type Scenario = (context: ScenarioContext) => Promise<Counts>;

/** What a scenario adds to its load: how many faults there were, and facts of its own. */
type Injected = {
  faults: number;
  /** What was done besides the load. */
  done?: readonly Done[];
  facts?: () => Promise<Facts[]>;
  /** Dead letters that have to be there, as `deadLetterFact` names them. */
  dead?: readonly string[];
};

/** Waits until no outbox, queue or retry tier holds anything. Answers what still does after three minutes. */
export async function drained({ databases, broker }: ChaosEnvironment): Promise<string[]> {
  let stuck = '';
  let empty = 0;
  const isDrained = async () => {
    await sleep(LOOK_EVERY_MS);
    const looks = Promise.all([databases.pendingOutboxes(), broker.waiting()]);
    const [outboxes, waiting] = await looks.catch(() => [-1, -1]);
    stuck = `${outboxes} outboxes are not empty, ${waiting} messages wait in queues`;
    empty = outboxes === 0 && waiting === 0 ? empty + 1 : 0;
    return empty === EMPTY_LOOKS;
  };
  return eventually('everything is drained', isDrained, DRAIN_MS).then(
    () => [],
    () => [stuck],
  );
}

/** A dead letter as a fact. Its reason is added only where nobody expected it. */
export const deadLetterFact = ({ service, messageId }: Pick<DeadLetter, 'service' | 'messageId'>) =>
  `${service} gave up ${messageId}`;

/** Takes out the dead letters, as facts. */
export const takeDeadLetters = async ({ broker }: ChaosEnvironment, expected: readonly string[] = []) =>
  (await broker.takeDead()).map((message) => {
    const fact = deadLetterFact(message);
    return expected.includes(fact) ? fact : `${fact}: ${message.reason}`;
  });

/** Observes until nothing is missing, and once more a while later, so that an effect that comes twice is seen. */
async function settled(observe: () => Promise<Facts>): Promise<Facts> {
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
  inject: () => Promise<Injected>,
  donors = DONORS[context.length],
): Promise<Counts> {
  const { environment, say } = context;
  const { broker, client } = environment;
  const before = await baselineOf(environment);
  await broker.clearEvents();
  const load = startLoad(context, donors);
  const { faults, done: others = [], facts = async () => [], dead = [] } = await inject();
  say(`${faults} faults are over; ${load.finished()} journeys have ended, the others go on to their end`);
  const done = [...(await load.stop()), ...others];
  await environment.allReady();
  const stuck = await drained(environment);
  const observed = await settled(async () => {
    const parts = await Promise.all([effectsOf(environment, done, before), moneyFacts(client), facts()]);
    return joinedFacts(parts.flat());
  });
  const seenDead = await takeDeadLetters(environment, dead);
  const all = joinedFacts([observed, { expected: [...dead], seen: [...seenDead, ...stuck] }]);
  const counts = countFacts(faults, all, say);
  say(`${done.length} journeys, ${(await broker.events()).size} events, ${broker.repeated()} sent more than once`);
  return counts;
}
