import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chaos } from '../ledger/account.ts';
import type { Sent, Subscriber } from '../world/broker-queues.ts';
import type { Tapped } from '../world/tap.ts';

const SEND_EVERY_MS = 100;
const MOST_DELAY_MS = 1_500;
const REPEATED = 0.1;

/** By service the routing keys that its queue is bound to, as the topology job declares them. */
export const BINDINGS = JSON.parse(
  readFileSync(new URL('../../../infra/topology/bindings.json', import.meta.url), 'utf8'),
) as Record<Subscriber, string[]>;

/** The deliveries that an event brings about, one to each service that takes it. */
export function deliveriesOf({ id, routingKey, content, type, contentType }: Tapped): Sent[] {
  const takers = Object.entries(BINDINGS).filter(([, keys]) => keys.includes(routingKey));
  return takers.map(([service]) => ({
    queue: `${service}.in`,
    content,
    properties: { messageId: id, type, contentType },
  }));
}

/**
 * Puts itself between the exchange and the services' queues: every delivery comes late by up to 1.5 s, so in another order,
 * and one in ten comes twice. Answers how to end it, which tells how many were repeated.
 */
export async function shuffleDeliveries({ world, random }: Chaos): Promise<() => Promise<number>> {
  const due: { at: number; delivery: Sent }[] = [];
  let repeated = 0;
  let stopped = false;

  const later = (delivery: Sent) => void due.push({ at: performance.now() + random.float() * MOST_DELAY_MS, delivery });
  world.tap.listen((event) => {
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
      const waiting = due.filter(({ at }) => at > now);
      due.splice(0, due.length, ...waiting);
      if (ready.length > 0) await world.queues.send(ready.map(({ delivery }) => delivery));
    }
  })();

  const bindAll = async (bound: boolean) => {
    for (const [service, keys] of Object.entries(BINDINGS)) await world.queues.bind(service as Subscriber, keys, bound);
  };
  await bindAll(false);
  return async () => {
    await bindAll(true);
    world.tap.listen(undefined);
    stopped = true;
    await sending;
    return repeated;
  };
}
