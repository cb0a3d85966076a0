import { join } from 'node:path';
import { catalogue, type Envelope, type EventDefinition, type ReceivedEvent } from '@ksbb/contracts';
import { createBus, type Subscription } from '@ksbb/messaging';
import { createLog, createMetrics } from '@ksbb/service-kit';
import { connect } from 'amqplib';
import { z } from 'zod';
import { ROOT } from '../../local/run-directory.ts';
import { freshVhost, removeVhost } from '@ksbb/testkit';
import { type Contract, exampleEnvelope, readReleased } from './contract-set.ts';
import { bare, grown } from './variants.ts';

/*
 * While a release is rolled out, old and new processes run side by side, in either order of services. Every event is
 * sent over a broker, as both publish it, to a consumer that knows the released contracts and to one that knows those
 * of this tree.
 */

type Json = Parameters<typeof z.fromJSONSchema>[0];

const log = createLog('test', 'silent');
const released = new Map<string, Contract>(
  readReleased(join(ROOT, 'packages/contracts/released')).map((one) => [one.name, one]),
);

/** The event as the released contract has it; one that is not released yet has no old side. */
function before(event: EventDefinition): EventDefinition | undefined {
  const contract = released.get(event.routingKey);
  if (contract === undefined) return undefined;
  return {
    ...event,
    data: z.fromJSONSchema(contract.schema as Json) as z.ZodObject,
    example: contract.example as EventDefinition['example'],
  };
}

const newEvents: readonly EventDefinition[] = catalogue;
const oldEvents = newEvents.flatMap((event) => before(event) ?? []);

const fits =
  ({ data }: EventDefinition) =>
  (value: unknown) =>
    data.safeParse(value).success;

/**
 * What an old and a new process publish: in full, with as little as may be, and with members that this tree does not
 * know either.
 */
function published(event: EventDefinition): Envelope[] {
  const old = before(event);
  const envelopes = {
    full: exampleEnvelope(event),
    grown: grown(exampleEnvelope(event)),
    bare: { ...exampleEnvelope(event), data: bare(event.example as Envelope['data'], fits(event)) },
    ...(old === undefined
      ? {}
      : {
          'old-full': exampleEnvelope(old),
          'old-bare': { ...exampleEnvelope(old), data: bare(old.example as Envelope['data'], fits(old)) },
        }),
  };
  return Object.entries(envelopes).map(([variant, envelope]) => ({
    ...envelope,
    id: `${event.routingKey}/${variant}`,
  }));
}

let url: string;
beforeAll(async () => {
  url = await freshVhost();
});
afterAll(() => removeVhost(url));

async function deadLettersOf(service: string): Promise<number> {
  const connection = await connect(url);
  try {
    return (await (await connection.createChannel()).checkQueue(`${service}.dead`)).messageCount;
  } finally {
    await connection.close();
  }
}

test.each([
  { service: 'released', events: oldEvents },
  { service: 'current', events: newEvents },
])(
  'a consumer of the $service contracts takes every event of older and newer producers',
  async ({ service, events }) => {
    const expected = events.flatMap((event) => published(event).map(({ id }) => id)).toSorted();
    const taken: string[] = [];
    const all = Promise.withResolvers<void>();
    const table: Subscription<null>[] = events.map((event) => ({
      event,
      reaction: 'look',
      effect: 'insert',
      handle: async ({ id }: ReceivedEvent) => {
        if (taken.push(id) === expected.length) all.resolve();
      },
    }));
    const bus = createBus({ url, service, log, registry: createMetrics(service).registry });
    bus.subscribe(table, null);
    await bus.started();
    await Promise.all(events.flatMap((event) => published(event).map((one) => bus.publish(one))));
    await all.promise;
    await bus.close();
    expect(taken.toSorted()).toEqual(expected);
    expect(await deadLettersOf(service)).toBe(0);
  },
);

test('the released contracts hold, member by member, what an event of this tree brings them', () => {
  for (const event of oldEvents) {
    const current = newEvents.find(({ routingKey }) => routingKey === event.routingKey)!;
    expect([event.routingKey, event.data.safeParse(grown(current.example)).success]).toEqual([event.routingKey, true]);
    expect([event.routingKey, current.data.safeParse(bare(event.example, fits(event))).success]).toEqual([
      event.routingKey,
      true,
    ]);
  }
  expect(oldEvents.length).toBeGreaterThan(10);
});
