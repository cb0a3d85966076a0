import type { Envelope, EventDefinition, ReceivedEvent } from '@ksbb/contracts';
import { createRelay, type Database, openDatabase, type Relay } from '@ksbb/document-store';
import { RejectedEvent, type Subscription, RetryLater } from '@ksbb/messaging';
import { createLog } from '@ksbb/service-kit';
import { Registry } from 'prom-client';
import { seededRandom } from '../random.ts';
import { freshDatabase, removeDatabase } from '../servers.ts';
import { canonical, type Snapshot, snapshotOf } from './snapshot.ts';

/** What a service's stores need to be opened. The clock stands. */
export type StoreParts = { connection: Database['connection']; relay: Relay; clock: () => Date };

/**
 * A service, and events that are not each other's cause, so that they may come in any order. What has to be there
 * before them, since the service itself caused them by it, is made by `given`.
 */
export type Script<Deps> = {
  subscriptions: readonly Subscription<Deps>[];
  open: (parts: StoreParts) => Promise<Deps>;
  given: (deps: Deps, deliver: (event: Envelope) => Promise<void>) => Promise<void>;
  events: readonly Envelope[];
  /** What the service does by itself from time to time, such as a sweeper. */
  settle?: (deps: Deps) => Promise<unknown>;
  /** Names of lists that hold facts in the order in which they came. */
  sets?: readonly string[];
  /** Published events of which the newest about each subject says all. */
  statesPublished?: readonly EventDefinition[];
  /** What is kept in memory besides. */
  view?: (deps: Deps) => unknown;
};

/** How it all ended: what is in the database, what was published, and which events could never be handled. */
export type Outcome = { database: Snapshot; published: string[]; view: unknown; dead: string[] };

const ROUNDS = 10;
const NOW = new Date('2026-11-24T03:00:00.000Z');
const log = createLog('test', 'silent');

/** The event as its handlers get it. @throws ZodError where it does not fit its contract */
export function received({ data }: EventDefinition, event: Envelope): ReceivedEvent {
  return { ...event, version: Number(event.sequence), data: data.parse(JSON.parse(JSON.stringify(event.data))) };
}

export type Running<Deps> = {
  deps: Deps;
  rowsOf: (event: Envelope) => readonly Subscription<Deps>[];
  /** Every reaction to one event, once. @throws what a reaction throws */
  deliver: (event: Envelope) => Promise<void>;
  snapshot: () => Promise<Snapshot>;
  /** What was published since the last time. */
  takePublished: () => Promise<Envelope[]>;
};

/** Runs `use` with the service on a database of its own, after what is given. */
export async function withService<Deps, T>(
  script: Script<Deps>,
  use: (running: Running<Deps>) => Promise<T>,
): Promise<T> {
  const uri = freshDatabase('deliveries');
  const database = await openDatabase(uri, log);
  const published: Envelope[] = [];
  const publisher = { connected: () => true, publish: async (event: Envelope) => void published.push(event) };
  const relay = createRelay({ publisher, log, clock: () => NOW, registry: new Registry() });
  try {
    const deps = await script.open({ connection: database.connection, relay, clock: () => NOW });
    const rowsOf = (event: Envelope) => script.subscriptions.filter((row) => row.event.type === event.type);
    const deliver = async (event: Envelope) => {
      for (const row of rowsOf(event)) await row.handle(received(row.event, event), deps);
    };
    const takePublished = async () => {
      await relay.sendAll();
      return published.splice(0);
    };
    await script.given(deps, deliver);
    await takePublished();
    return await use({
      deps,
      rowsOf,
      deliver,
      takePublished,
      snapshot: () => snapshotOf(database.connection, script.sets),
    });
  } finally {
    await relay.close();
    await database.close();
    await removeDatabase(uri);
  }
}

/**
 * Published events, each once by its id; of those that carry a whole state the newest of each subject. Without their
 * place in time.
 */
function summaryOf(published: readonly Envelope[], states: readonly EventDefinition[]): string[] {
  const isState = ({ type }: Envelope) => states.some((event) => event.type === type);
  const inTime = published.toSorted((one, other) => (one.sequence < other.sequence ? -1 : 1));
  const newest = new Map(inTime.filter(isState).map((event) => [`${event.type} ${event.subject}`, event])).values();
  const others = new Map(published.filter((event) => !isState(event)).map((event) => [event.id, event])).values();
  return [...newest, ...others].map(({ type, subject, data }) => canonical({ type, subject, data })).toSorted();
}

/**
 * Delivers the events in the order of `arrange`, also to those that the service publishes itself and takes. What comes
 * too early comes again after the others, as from a retry tier.
 */
export function outcomeOf<Deps>(
  script: Script<Deps>,
  arrange: (events: readonly Envelope[]) => readonly Envelope[],
): Promise<Outcome> {
  return withService(script, async ({ deps, deliver, rowsOf, snapshot, takePublished }) => {
    const published: Envelope[] = [];
    const dead: string[] = [];
    let waiting: Envelope[] = [...arrange(script.events)];

    async function deliverOnce(event: Envelope): Promise<Envelope[]> {
      try {
        await deliver(event);
        return [];
      } catch (error) {
        if (error instanceof RetryLater) return [event];
        if (!(error instanceof RejectedEvent)) throw error;
        dead.push(`${event.type} ${event.subject}: ${error.message}`);
        return [];
      }
    }

    for (let round = 0; waiting.length > 0 && round < ROUNDS; round += 1) {
      const early: Envelope[] = [];
      for (const event of waiting) early.push(...(await deliverOnce(event)));
      await script.settle?.(deps);
      const caused = await takePublished();
      published.push(...caused);
      waiting = [...early, ...arrange(caused.filter((event) => rowsOf(event).length > 0))];
    }
    dead.push(...waiting.map((event) => `${event.type} ${event.subject}: too early for ever`));
    return {
      database: await snapshot(),
      published: summaryOf(published, script.statesPublished ?? []),
      view: script.view?.(deps),
      dead: [...new Set(dead)].toSorted(),
    };
  });
}

const twice = <T>(things: readonly T[]) => things.flatMap((thing) => [thing, thing]);

/** Orders in which events may come, each event once or more. */
export const orders = {
  straight: (events: readonly Envelope[]) => events,
  'each twice': twice,
  'all, and then all again': (events: readonly Envelope[]) => [...events, ...events],
  'each twice and in reverse order': (events: readonly Envelope[]) => twice(events).reverse(),
  'in reverse order, and then in order': (events: readonly Envelope[]) => [...events.toReversed(), ...events],
} as const;

/** Each event once and a part of them twice, in an order that follows from the seed. */
export function shuffledBy(seed: number) {
  return (events: readonly Envelope[]): readonly Envelope[] => {
    const { float, shuffled } = seededRandom(seed);
    return shuffled([...events, ...events.filter(() => float() < 0.3)]);
  };
}
