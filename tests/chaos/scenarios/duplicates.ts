import { setTimeout as sleep } from 'node:timers/promises';
import { SUBSCRIBERS } from '../../scenario/environment.ts';
import { deliveriesOf, type Sent } from '../environment/broker.ts';
import type { ScenarioContext } from '../load/context.ts';
import { countFacts, type Counts, joined } from '../report/report.ts';
import { drained, type Scenario, takeDeadLetters, underLoad } from '../report/under-load.ts';

const LASTS_MS = { long: 60_000, short: 5_000 };
const SEND_EVERY_MS = 100;
const MOST_DELAY_MS = 1_500;
const REPEATED = 0.1;
const SENT_AT_ONCE = 500;
/** Until a repeat that went to a retry tier would be back. */
const QUIET_MS = 1_000;

/**
 * Goes between the exchange and the services' queues: every delivery is late by up to 1.5 s, so that the order changes,
 * and one in ten comes twice. Answers how many were repeated.
 */
async function shuffleDeliveries({ environment: { broker }, random, length }: ScenarioContext): Promise<number> {
  let waiting: { at: number; delivery: Sent }[] = [];
  let repeated = 0;
  const passOn = async (until: number) => {
    for (const delivery of (await broker.takeEvents()).flatMap(deliveriesOf)) {
      const isRepeated = random.float() < REPEATED;
      if (isRepeated) repeated += 1;
      for (const each of isRepeated ? [delivery, delivery] : [delivery])
        waiting.push({ at: performance.now() + random.float() * MOST_DELAY_MS, delivery: each });
    }
    const due = waiting.filter(({ at }) => at <= until);
    waiting = waiting.filter(({ at }) => at > until);
    await broker.send(random.shuffled(due).map(({ delivery }) => delivery));
  };

  await broker.bind(false);
  for (const end = performance.now() + LASTS_MS[length]; performance.now() < end; await sleep(SEND_EVERY_MS))
    await passOn(performance.now());
  await broker.bind(true);
  await passOn(Infinity);
  return repeated;
}

/**
 * Sends every event of the scenario once more to each of its subscribers, in any order: no document changes by a byte.
 */
async function repeatAll({ environment, random, say }: ScenarioContext): Promise<Counts> {
  const { databases, broker } = environment;
  const digests = async () =>
    [...(await databases.digests(SUBSCRIBERS))].map(([collection, digest]) => `${collection} ${digest}`);
  const expected = await digests();
  const deliveries = random.shuffled([...(await broker.events()).values()].flatMap(deliveriesOf));
  for (let at = 0; at < deliveries.length; at += SENT_AT_ONCE)
    await broker.send(deliveries.slice(at, at + SENT_AT_ONCE));
  const stuck = await drained(environment);
  await sleep(QUIET_MS);
  const seen = [...(await digests()), ...(await takeDeadLetters(environment)), ...stuck];
  say(`${deliveries.length} deliveries repeated in another order; ${expected.length} collections compared`);
  return countFacts(deliveries.length, { expected, seen }, say);
}

/** Every delivery late and out of order, one in ten twice; then all of them once more. */
export const repeatDeliveries: Scenario = async (context) => {
  const once = await underLoad(context, async () => ({ faults: await shuffleDeliveries(context) }));
  return joined(once, await repeatAll(context));
};
