import { setTimeout as sleep } from 'node:timers/promises';
import type { Sent, Subscriber } from '../environment/broker-queues.ts';
import { BINDINGS, deliveriesOf } from '../environment/event-recorder.ts';
import { joined, reportOf, type ScenarioReport } from '../report/report.ts';
import type { ScenarioContext } from '../load/context.ts';
import { deadLetterFact, drained, type Scenario, underLoad } from '../report/under-load.ts';

const LASTS_MS = { long: 60_000, short: 5_000 };
const SEND_EVERY_MS = 100;
const MOST_DELAY_MS = 1_500;
const REPEATED = 0.1;
const SENT_AT_ONCE = 500;
/** Until a repeat that went to a retry tier would be back. */
const QUIET_MS = 1_000;
const OWNERS = ['msme-registry', 'commitment', 'fintech-gateway', 'training', 'reporting'] as const;

/**
 * Goes between the exchange and the services' queues: every delivery is late by up to 1.5 s, so that the order changes,
 * and one in ten comes twice. Answers how to end it, which answers how many were repeated.
 */
async function shuffleDeliveries({ environment, random }: ScenarioContext): Promise<() => Promise<number>> {
  const { events, queues } = environment;
  const due: { at: number; delivery: Sent }[] = [];
  let repeated = 0;
  let stopped = false;

  const later = (delivery: Sent) => void due.push({ at: performance.now() + random.float() * MOST_DELAY_MS, delivery });
  events.onEvent((event) => {
    for (const delivery of deliveriesOf(event)) {
      later(delivery);
      if (random.float() >= REPEATED) continue;
      later(delivery);
      repeated += 1;
    }
  });
  const sending = (async () => {
    while (!stopped || due.length > 0) {
      await sleep(SEND_EVERY_MS);
      const now = stopped ? Infinity : performance.now();
      const ready = random.shuffled(due.filter(({ at }) => at <= now));
      due.splice(0, due.length, ...due.filter(({ at }) => at > now));
      if (ready.length > 0) await queues.send(ready.map(({ delivery }) => delivery));
    }
  })();

  const bindAll = async (bound: boolean) => {
    for (const [service, keys] of Object.entries(BINDINGS)) await queues.bind(service as Subscriber, keys, bound);
  };
  await bindAll(false);
  return async () => {
    await bindAll(true);
    events.onEvent(undefined);
    stopped = true;
    await sending;
    return repeated;
  };
}

/**
 * Sends every event of the scenario once more to each of its subscribers, in any order: no document changes by a byte.
 */
async function repeatAll(context: ScenarioContext): Promise<ScenarioReport> {
  const { environment, random, say } = context;
  const { databases, events, queues } = environment;
  const before = await databases.digests(OWNERS);
  const deliveries = random.shuffled([...events.recorded().values()].flatMap(deliveriesOf));
  for (let at = 0; at < deliveries.length; at += SENT_AT_ONCE)
    await queues.send(deliveries.slice(at, at + SENT_AT_ONCE));
  const stuck = await drained(context);
  await sleep(QUIET_MS);
  const after = await databases.digests(OWNERS);
  const asFacts = (digests: ReadonlyMap<string, string>) =>
    [...digests].map(([collection, digest]) => `${collection} ${digest}`);
  const dead = (await queues.takeDead()).map((message) => `${deadLetterFact(message)}: ${message.reason}`);
  for (const [collection, digest] of after)
    if (before.get(collection) !== digest) say(`   changed by repeats: ${collection}`);
  for (const fact of dead) say(`   unexpected: ${fact}`);
  say(`duplicates: ${deliveries.length} deliveries repeated in another order; ${before.size} collections compared`);
  const facts = { expected: asFacts(before), seen: [...asFacts(after), ...dead, ...stuck] };
  return reportOf('duplicates', deliveries.length, facts);
}

/** Every delivery late and out of order, one in ten twice; then all of them once more. */
export const repeatDeliveries: Scenario = async (context) => {
  const once = await underLoad(context, 'duplicates', async () => {
    const end = await shuffleDeliveries(context);
    await sleep(LASTS_MS[context.length]);
    return { faults: await end() };
  });
  return joined(once, await repeatAll(context));
};
