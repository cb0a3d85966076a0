import { setTimeout as sleep } from 'node:timers/promises';
import type { EventDefinition } from '@ksbb/contracts';
import { keyedMutex } from '@ksbb/service-kit';
import { type Connection, Schema } from 'mongoose';
import { type AggregateDocument, batchedReads, batchedWrites } from './batch.ts';
import {
  ContentionError,
  DuplicateKeyError,
  isDuplicateKey,
  OutboxFullError,
  RolledBackError,
  writeErrors,
} from './errors.ts';
import { defineSchema, openModel } from './models.ts';
import { toOutboxEvents } from './outbox-events.ts';
import type { Relay } from './relay.ts';
import { isRolledBack, retryRolledBack } from './transient.ts';

/** An aggregate with this many unconfirmed events takes no command: the broker has been away for long. */
const OUTBOX_LIMIT = 100;
const ATTEMPTS = 25;
/** The longest pause between attempts, so that of two processes that change one aggregate none is always the slower. */
const LONGEST_PAUSE_MS = 50;

export type AggregateEvent = { type: string; data: object };
/** What a core answers when it says no; `refused` is a stable word, other members say more. */
export type Refusal = { refused: string };

export type Stored<State> = { id: string; version: number; state: State };
export type Decided<State, Event> = Stored<State> & { events: Event[] };

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
   * guarded by the version that was read. On a concurrent change it asks again. Writes nothing where `decide` refuses
   * or has nothing to add.
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
  /** Finds aggregates by a MongoDB filter on `state.…` fields, which may be a scan: for small or rare work only. */
  find: (filter: Record<string, unknown>, limit: number) => Promise<Stored<State>[]>;
};

type Context = { connection: Connection; relay: Relay; clock: () => Date };
type Content = Omit<AggregateDocument, '_id'>;

export function aggregateSchema(keyNames: readonly string[], indexes: readonly Record<string, 1 | -1>[]) {
  const schema = defineSchema<AggregateDocument>({
    _id: String,
    version: Number,
    state: Schema.Types.Mixed,
    outbox: [Schema.Types.Mixed],
    keys: Schema.Types.Mixed,
  });
  schema.index({ 'outbox.time': 1 }, { sparse: true });
  for (const name of keyNames) schema.index({ [`keys.${name}`]: 1 }, { unique: true, sparse: true });
  for (const index of indexes) schema.index(index);
  return schema;
}

/** Gives the store of one kind of aggregate, once its indexes exist. */
export async function openStore<State, Event extends AggregateEvent>(
  definition: StoreDefinition<State, Event>,
  { connection, relay, clock }: Context,
): Promise<DocumentStore<State, Event>> {
  const { collection, initial, evolve, keys, indexes = [] } = definition;
  const published = new Map<string, EventDefinition>(definition.publishes.map((event) => [event.name, event]));
  const inTurn = keyedMutex();
  const model = await openModel(connection, collection, aggregateSchema(keys?.names ?? [], indexes));
  const write = batchedWrites(model);
  const readDocument = batchedReads(model);
  const outbox = relay.register(collection, model, write);

  const toStored = ({ _id, version, state }: AggregateDocument): Stored<State> => ({ id: _id, version, state });

  async function read(id: string): Promise<Content> {
    return (await readDocument(id)) ?? { version: 0, state: initial, outbox: [] };
  }

  /** What an aggregate becomes by these events; `outbox` holds only theirs. */
  function fold(id: string, from: { version: number; state: State }, events: readonly Event[]): Content {
    const state = events.reduce(evolve, from.state);
    const outboxEvents = toOutboxEvents(published, { id, version: from.version, now: clock() }, events);
    const content = { version: from.version + events.length, state, outbox: outboxEvents };
    return keys === undefined ? content : { ...content, keys: keys.of(state) };
  }

  /** Writes `after` over `before`. Answers false where `before` is no longer what is stored. */
  async function replace(id: string, before: Content, after: Content): Promise<boolean> {
    // An upsert, since one command writes many: where another writer was faster, inserting the same _id fails by
    // itself.
    const filter = { _id: id, version: before.version };
    const failure = await write({ replaceOne: { filter, replacement: after, upsert: true } });
    if (failure === undefined) return true;
    if (isRolledBack(failure)) return false;
    if (!isDuplicateKey(failure)) throw new Error(`${collection} ${id} was not written: ${failure.errmsg}`);
    if ((await read(id)).version === before.version) throw new DuplicateKeyError(collection, id);
    return false;
  }

  /** One optimistic attempt; undefined when another writer was faster. */
  async function attempt<No extends Refusal>(id: string, decide: (state: State, version: number) => Event[] | No) {
    const before = await read(id);
    const events = decide(before.state, before.version);
    if ('refused' in events) return events;
    if (events.length === 0) return { id, version: before.version, state: before.state, events };
    const unconfirmed = outbox.unconfirmed(before.outbox);
    if (unconfirmed.length >= OUTBOX_LIMIT) throw new OutboxFullError(collection, id);

    const folded = fold(id, before, events);
    const after = { ...folded, outbox: [...unconfirmed, ...folded.outbox] };
    if (!(await replace(id, before, after))) return undefined;
    outbox.enqueue(id, after.outbox);
    return { id, version: after.version, state: after.state, events };
  }

  /** Inserts what is new and answers it. Documents of which the server undid the insertion are tried again. */
  async function insertNew(documents: AggregateDocument[]): Promise<AggregateDocument[]> {
    const created: AggregateDocument[] = [];
    let remaining = documents;
    await retryRolledBack(async () => {
      const failures = new Map((await insertFailures(remaining)).map((failure) => [failure.index, failure]));
      created.push(...remaining.filter((_, at) => !failures.has(at)));
      remaining = remaining.filter((_, at) => isRolledBack(failures.get(at)));
      if (remaining.length > 0) throw new RolledBackError(collection, remaining.length);
    });
    return created;
  }

  async function insertFailures(documents: AggregateDocument[]) {
    try {
      await model.insertMany(documents, { ordered: false, lean: true });
      return [];
    } catch (error) {
      const failures = writeErrors(error);
      if (failures.length === 0 || !failures.every((one) => isDuplicateKey(one) || isRolledBack(one))) throw error;
      return failures;
    }
  }

  return {
    load: async (id) => {
      const found = await readDocument(id);
      return found === null ? null : toStored(found);
    },
    loadByKey: async (name, value) => {
      const found = await model.findOne({ [`keys.${name}`]: value }).lean();
      return found === null ? null : toStored(found);
    },
    decide: (id, decide) =>
      inTurn(id, async () => {
        for (let tries = 0; tries < ATTEMPTS; tries += 1) {
          const result = await attempt(id, decide);
          if (result !== undefined) return result;
          await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** tries));
        }
        throw new ContentionError(collection, id);
      }),
    createMany: async (items) => {
      const created = await insertNew(
        items.map(({ id, events }) => ({ _id: id, ...fold(id, { version: 0, state: initial }, events) })),
      );
      for (const document of created) outbox.enqueue(document._id, document.outbox);
      return created.length;
    },
    scan: async function* () {
      // Without a projection: outboxes are mostly empty, so leaving them out saves nothing.
      for await (const document of model.find({}).lean().cursor({ batchSize: 1000 })) yield toStored(document);
    },
    find: async (filter, limit) => (await model.find(filter).limit(limit).lean()).map(toStored),
  };
}
