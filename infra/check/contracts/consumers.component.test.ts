import { join } from 'node:path';
import { catalogue, type Envelope, type EventDefinition, type ReceivedEvent } from '@ksbb/contracts';
import { createBus, type BroadcastSubscription, type Subscription } from '@ksbb/messaging';
import { createLog, createMetrics } from '@ksbb/service-kit';
import { ROOT } from '../../local/run-directory.ts';
import { freshVhost, removeVhost } from '@ksbb/testkit';
import { subscribers } from '../documents/subscribers.ts';
import { exampleEnvelope, readReleased } from './contract-set.ts';
import { bare, grown } from './variants.ts';

/*
 * Each consumer reads what each producer gives as an example, over a broker and with the table that the service has;
 * only what it does about the event is left out. So a table that asks for a contract which its queue is not bound to,
 * or which its messages do not fit, is found without running the service.
 */

const log = createLog('test', 'silent');
const released = new Map(
  readReleased(join(ROOT, 'packages/contracts/released')).map(({ name, example }) => [name, example]),
);

/**
 * The example of this tree and the released one, and that of a newer and of an older producer (contracts-variants.ts).
 */
function published(event: EventDefinition): Envelope[] {
  const example = exampleEnvelope(event);
  const before = released.get(event.routingKey) as Record<string, unknown> | undefined;
  const data = bare(example.data, (value) => event.data.safeParse(value).success);
  return [
    example,
    { ...grown(example), id: `${example.id}-grown` },
    { ...example, id: `${example.id}-bare`, data },
    ...(before === undefined ? [] : [{ ...example, id: `${example.id}-released`, data: before }]),
  ];
}

const once = (events: readonly EventDefinition[]) => [...new Set(events)].flatMap(published);
const known = (event: EventDefinition, data: Record<string, unknown>) =>
  event.data.parse(data) as Record<string, unknown>;

let url: string;
beforeAll(async () => {
  url = await freshVhost();
});
afterAll(() => removeVhost(url));

/** What is seen by a table: the id, its event and the data it was handed. */
type Seen = { reaction: string; id: string; data: unknown };

/** Resolves when `count` things were seen, or rejects saying what is missing. */
function collector(count: number) {
  const seen: Seen[] = [];
  const all = Promise.withResolvers<Seen[]>();
  const timer = setTimeout(() => all.reject(new Error(`${seen.length} of ${count} were handed over`)), 20_000);
  const see = (reaction: string) => (event: ReceivedEvent) => {
    seen.push({ reaction, id: event.id, data: event.data });
    if (seen.length === count) all.resolve(seen);
  };
  return { see, all: all.promise.finally(() => clearTimeout(timer)) };
}

const inOrder = (seen: readonly Seen[]) => seen.map((one) => JSON.stringify(one)).toSorted();

test.each(subscribers)(
  '$service takes the example of every event that it subscribes to',
  async ({ service, subscriptions }) => {
    const expected = subscriptions.flatMap(({ event, reaction }) =>
      published(event).map(({ id, data }) => ({ reaction, id, data: known(event, data) })),
    );
    const { see, all } = collector(expected.length);
    const table: Subscription<null>[] = subscriptions.map((row) => {
      const look = see(row.reaction);
      return { ...row, handle: async (event: ReceivedEvent) => look(event) };
    });
    const bus = createBus({ url, service, log, registry: createMetrics(service).registry });
    bus.subscribe(table, null);
    await bus.started();
    await Promise.all(once(subscriptions.map(({ event }) => event)).map((event) => bus.publish(event)));
    expect(inOrder(await all)).toEqual(inOrder(expected));
    await bus.close();
  },
);

const followers = subscribers.flatMap(({ service, broadcastSubscriptions }) =>
  broadcastSubscriptions === undefined ? [] : [{ service, broadcastSubscriptions }],
);

test.each(followers)(
  '$service takes the example of every event that it follows',
  async ({ service, broadcastSubscriptions }) => {
    const expected = broadcastSubscriptions.flatMap(({ event }) =>
      published(event).map(({ id, data }) => ({ reaction: event.name, id, data: known(event, data) })),
    );
    const { see, all } = collector(expected.length);
    const table: BroadcastSubscription<null>[] = broadcastSubscriptions.map(({ event }) => ({
      event,
      handle: see(event.name),
    }));
    const bus = createBus({ url, service: `${service}-follower`, log, registry: createMetrics(service).registry });
    await new Promise<void>((resolve) => {
      bus.subscribeToBroadcast(table, null, async () => resolve());
    });
    await bus.started();
    await Promise.all(
      once(broadcastSubscriptions.map(({ event }) => event)).map((event) => bus.publish(event).catch(() => undefined)),
    );
    expect(inOrder(await all)).toEqual(inOrder(expected));
    await bus.close();
  },
);

test('every event has a consumer', () => {
  const taken = new Set(subscribers.flatMap(({ subscriptions }) => subscriptions.map(({ event }) => event.type)));
  expect(catalogue.filter(({ type }) => !taken.has(type)).map(({ type }) => type)).toEqual([]);
});
