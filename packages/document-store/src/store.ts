import { setTimeout as sleep } from 'node:timers/promises';
import type { EventDefinition } from '@ksbb/contracts';
import { keyedMutex } from '@ksbb/service-kit';
import type { Connection } from 'mongoose';
import { batchedReads, batchedWrites } from './batch.ts';
import { ContentionError, DuplicateKeyError, isDuplicateKey, OutboxFullError, writeErrors } from './errors.ts';
import type { Relay } from './relay.ts';
import { type UnsentEvent, unsentEvents } from './unsent.ts';

/** At this many unsent events an aggregate takes no more: the broker has been away for long. */
const OUTBOX_LIMIT = 100;
const ATTEMPTS = 25;
/** Between attempts at most this, so that of two processes that change one aggregate none is always the slower. */
const LONGEST_PAUSE_MS = 50;

export type AggregateEvent = { type: string; data: object };
/** What a core answers when it says no; `refused` is a stable word, other members say more. */
export type Refusal = { refused: string };

export type Stored<State> = { id: string; version: number; state: State };
export type Decided<State, Event> = Stored<State> & { events: Event[] };

/** One aggregate as it lies in MongoDB. */
export type StoredDocument<State> = {
  _id: string;
  version: number;
  state: State;
  outbox: UnsentEvent[];
  keys?: Record<string, string>;
};

export type StoreDefinition<State, Event extends AggregateEvent> = {
  collection: string;
  initial: State;
  evolve: (state: State, event: Event) => State;
  /** The events that leave the service. Those that are not listed only change the state. */
  publishes: readonly EventDefinition[];
  /** Values by which an aggregate is also found, each unique in the collection. */
  keys?: { names: readonly string[]; of: (state: State) => Record<string, string> };
  /** Further indexes, on `state.…` fields. */
  indexes?: readonly Record<string, 1 | -1>[];
};

export type DocumentStore<State, Event extends AggregateEvent> = {
  load: (id: string) => Promise<Stored<State> | null>;
  loadByKey: (name: string, value: string) => Promise<Stored<State> | null>;
  /**
   * Loads the aggregate (or its initial state), asks `decide`, and writes the new state and its events in one update
   * guarded by the version that was read. On a concurrent change it asks again. Writes nothing where `decide` refuses or
   * has nothing to add.
   * @throws DuplicateKeyError when another aggregate has the same unique key
   * @throws OutboxFullError when 100 events wait to be sent, ContentionError when others were always faster
   */
  decide: <No extends Refusal = never>(
    id: string,
    decide: (state: State, version: number) => Event[] | No,
  ) => Promise<Decided<State, Event> | No>;
  /** Creates many aggregates at once, of distinct ids; those that exist are left alone. Answers how many are new. */
  createMany: (items: { id: string; events: Event[] }[]) => Promise<number>;
  /** Every aggregate, by a cursor, in no promised order. */
  scan: () => AsyncIterable<Stored<State>>;
  /** Finds aggregates whose state matches a MongoDB filter on `state.…` fields. A scan: for small or rare work only. */
  find: (filter: Record<string, unknown>, limit: number) => Promise<Stored<State>[]>;
};

type Content<State> = Omit<StoredDocument<State>, '_id'>;

type Context = { connection: Connection; relay: Relay; clock: () => Date };

/** Makes sure that the indexes exist and gives the store of one kind of aggregate. */
export async function openStore<State, Event extends AggregateEvent>(
  definition: StoreDefinition<State, Event>,
  { connection, relay, clock }: Context,
): Promise<DocumentStore<State, Event>> {
  type Document = StoredDocument<State>;
  const collection = connection.collection(definition.collection);
  const published = new Map(definition.publishes.map((event) => [event.name as string, event]));
  const inTurn = keyedMutex();

  await collection.createIndex({ 'outbox.time': 1 }, { sparse: true });
  // The guarded update filters by both. MongoDB would find it by _id alone; the embedded database scans without this.
  await collection.createIndex({ _id: 1, version: 1 }, { unique: true });
  for (const name of definition.keys?.names ?? []) {
    await collection.createIndex({ [`keys.${name}`]: 1 }, { unique: true, sparse: true });
  }
  for (const index of definition.indexes ?? []) await collection.createIndex(index);
  const write = batchedWrites(collection);
  const readDocument = batchedReads<Document>(collection);
  const outbox = relay.register(definition.collection, collection, write);

  const toStored = ({ _id, version, state }: Document): Stored<State> => ({ id: _id, version, state });

  async function read(id: string): Promise<Content<State>> {
    return (await readDocument(id)) ?? { version: 0, state: definition.initial, outbox: [] };
  }

  function fold(id: string, from: { version: number; state: State }, events: Event[]) {
    const state = events.reduce(definition.evolve, from.state);
    const keys = definition.keys?.of(state);
    const unsent = unsentEvents(published, { id, version: from.version, now: clock() }, events);
    return { version: from.version + events.length, state, unsent, ...(keys === undefined ? {} : { keys }) };
  }

  /** Writes what follows from `before`, if that still stands. Answers whether it did. */
  async function replace(id: string, before: Content<State>, replacement: Content<State>): Promise<boolean> {
    // An upsert, since one command writes many: where another writer was faster, inserting the same _id fails by itself.
    const failure = await write({
      replaceOne: { filter: { _id: id, version: before.version }, replacement, upsert: true },
    });
    if (failure === undefined) return true;
    if (!isDuplicateKey(failure)) throw new Error(`${definition.collection} ${id} was not written: ${failure.errmsg}`);
    if ((await read(id)).version === before.version) throw new DuplicateKeyError(definition.collection, id);
    return false;
  }

  /** One optimistic try; undefined when another writer was faster. */
  async function attempt<No extends Refusal>(id: string, decide: (state: State, version: number) => Event[] | No) {
    const before = await read(id);
    const events = decide(before.state, before.version);
    if ('refused' in events) return events;
    if (events.length === 0) return { id, version: before.version, state: before.state, events };
    const waiting = outbox.unsent(before.outbox);
    if (waiting.length >= OUTBOX_LIMIT) throw new OutboxFullError(definition.collection, id);

    const { unsent, ...folded } = fold(id, before, events);
    const after = { ...folded, outbox: [...waiting, ...unsent] };
    if (!(await replace(id, before, after))) return undefined;
    outbox.nudge(id, after.outbox);
    return { id, version: after.version, state: after.state, events };
  }

  return {
    load: async (id) => {
      const found = await readDocument(id);
      return found === null ? null : toStored(found);
    },
    loadByKey: async (name, value) => {
      const found = await collection.findOne({ [`keys.${name}`]: value } as object);
      return found === null ? null : toStored(found as unknown as Document);
    },
    decide: (id, decide) =>
      inTurn(id, async () => {
        for (let tries = 0; tries < ATTEMPTS; tries += 1) {
          const result = await attempt(id, decide);
          if (result !== undefined) return result;
          await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** tries));
        }
        throw new ContentionError(definition.collection, id);
      }),
    createMany: async (items) => {
      const documents = items.map(({ id, events }) => {
        const { unsent, ...rest } = fold(id, { version: 0, state: definition.initial }, events);
        return { _id: id, outbox: unsent, ...rest };
      });
      const existing = new Set<number>();
      try {
        await collection.insertMany(documents as never, { ordered: false });
      } catch (error) {
        const failures = writeErrors(error);
        if (failures.length === 0 || !failures.every(isDuplicateKey)) throw error;
        for (const { index } of failures) existing.add(index);
      }
      const created = documents.filter((_, at) => !existing.has(at));
      for (const { _id, outbox: unsent } of created) outbox.nudge(_id, unsent);
      return created.length;
    },
    scan: async function* () {
      // Without a projection: the outbox is mostly empty, and mongo-java-server copies all documents before the first to leave it out.
      for await (const document of collection.find({}, { batchSize: 1000 })) {
        yield toStored(document as unknown as Document);
      }
    },
    find: async (filter, limit) => {
      const documents = await collection.find(filter as object, { limit }).toArray();
      return documents.map((document) => toStored(document as unknown as Document));
    },
  };
}
