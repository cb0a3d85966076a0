import type { ReceivedEvent } from '@ksbb/contracts';
import { defineSchema, isDatabaseUnavailable, isDuplicateKey, openModel, retryRolledBack } from '@ksbb/document-store';
import { type Connection, Schema } from 'mongoose';
import type { Entry } from './collaboration/collaboration.ts';
import { inBatches } from './in-batches.ts';
import type { LoanFact } from './loan/loan-fact.ts';

const WRITE_BATCH = 500;
const READ_BATCH = 500;
/** Documents of a few bytes each. */
const COUNT_BATCH = 10_000;

/**
 * Lets an error of an unordered bulk write pass when all that failed in it are documents that are there already.
 * @throws the error otherwise
 */
export function unlessOnlyDuplicates(error: unknown): void {
  const failures = error instanceof Object && 'writeErrors' in error ? [error.writeErrors].flat() : [];
  if (failures.length === 0 || !failures.every(isDuplicateKey)) throw error;
}

/** An event as it was received, without the fields that its schema does not know. */
export type Archived = {
  eventId: string;
  type: string;
  subject: string;
  version: number;
  time: string;
  data: Record<string, unknown>;
};

export type Archive = {
  /** Inserts an event. A repeat changes nothing. */
  insert: (event: ReceivedEvent) => Promise<void>;
  /** Events in the order of their ids, after the id `after`. */
  page: (after: string | undefined, limit: number) => Promise<Archived[]>;
};

type ArchivedDocument = Omit<Archived, 'eventId'> & { _id: string };

const archiveSchema = defineSchema<ArchivedDocument>({
  _id: String,
  type: String,
  subject: String,
  version: Number,
  time: String,
  data: Schema.Types.Mixed,
});

export async function openArchive(connection: Connection): Promise<Archive> {
  const events = await openModel(connection, 'events', archiveSchema);
  const insertDocument = inBatches<ArchivedDocument>({
    write: async (documents) => {
      const insertAll = () => events.insertMany(documents, { ordered: false, lean: true });
      await retryRolledBack(insertAll).catch(unlessOnlyDuplicates);
    },
    limit: WRITE_BATCH,
    isDown: isDatabaseUnavailable,
  });
  return {
    insert: ({ id, type, subject, version, time, data }) =>
      insertDocument({ _id: id, type, subject, version, time, data }),
    page: async (after, limit) => {
      const found = await events
        .find(after === undefined ? {} : { _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(limit)
        .lean();
      return found.map(({ _id: eventId, type, subject, version, time, data }) => {
        return { eventId, type, subject, version, time, data };
      });
    },
  };
}

/** All that is known about one subject. */
export type FactSet<Fact> = { id: string; facts: Fact[] };

export type FactSets<Fact extends { eventId: string }> = {
  /** Adds a fact to the set of its subject, once for each event. Any fact may be the first of its set. */
  add: (id: string, fact: Fact) => Promise<void>;
  load: (id: string) => Promise<FactSet<Fact> | null>;
  /** Sets in the order of their ids, after the id `after`. */
  page: (after: string | undefined, limit: number) => Promise<FactSet<Fact>[]>;
  /** Every set, in no promised order. */
  all: () => AsyncIterable<FactSet<Fact>>;
};

/** Event ids have dots, which separate the parts of a path in an update. */
const keyOf = (eventId: string) => Buffer.from(eventId).toString('base64url');

/**
 * One document for each subject, which holds its facts by event. A producer keeps as much in one document of its own,
 * so a set stays below the limit of 16 MiB as well. Updates name the `_id` alone: with any further condition the
 * embedded database reads the whole collection.
 */
export async function openFactSets<Fact extends { eventId: string }>(
  connection: Connection,
  collection: string,
): Promise<FactSets<Fact>> {
  type Document = { _id: string; facts: Record<string, Fact> };
  const schema = defineSchema<Document>({ _id: String, facts: Schema.Types.Mixed });
  const sets = await openModel(connection, collection, schema);
  const toSet = ({ _id: id, facts }: Document): FactSet<Fact> => ({ id, facts: Object.values(facts) });

  return {
    add: async (id, fact) => {
      const update = { $set: { [`facts.${keyOf(fact.eventId)}`]: fact } };
      const put = async () => {
        await retryRolledBack(() => sets.updateOne({ _id: id }, update, { upsert: true }));
      };
      await put().catch((error) => {
        if (!isDuplicateKey(error)) throw error;
        // Another fact began the set at the same moment, so the set is there now.
        return put();
      });
    },
    load: async (id) => {
      const found = await sets.findById(id).lean<Document>();
      return found === null ? null : toSet(found);
    },
    page: async (after, limit) => {
      const filter = after === undefined ? {} : { _id: { $gt: after } };
      return (await sets.find(filter).sort({ _id: 1 }).limit(limit).lean<Document[]>()).map(toSet);
    },
    all: async function* () {
      for await (const document of sets.find().lean<Document>().batchSize(READ_BATCH).cursor()) yield toSet(document);
    },
  };
}

export type ListedMsmes = {
  /** Notes whether an MSME is on the map, unless something newer is known. `version` is that of the MSME. */
  note: (msmeId: string, version: number, listed: boolean) => Promise<void>;
  countListed: () => Promise<number>;
};

/** `rank` is higher for a newer version, and odd where the MSME is listed, so that `$max` keeps the newest. */
const msmeSchema = defineSchema<{ _id: string; rank: number }>({ _id: String, rank: Number });

/** Updates name the `_id` alone: with any further condition the embedded database reads the whole collection. */
export async function openListedMsmes(connection: Connection): Promise<ListedMsmes> {
  const msmes = await openModel(connection, 'msmes', msmeSchema);

  const put = inBatches<{ msmeId: string; rank: number }>({
    write: async (notes) => {
      const updates = notes.map(({ msmeId: _id, rank }) => ({
        updateOne: { filter: { _id }, update: { $max: { rank } }, upsert: true },
      }));
      const write = async () => {
        await retryRolledBack(() => msmes.bulkWrite(updates, { ordered: false }));
      };
      await write().catch((error) => {
        unlessOnlyDuplicates(error);
        // Others inserted the same MSMEs at the same moment, so they are there now.
        return write();
      });
    },
    limit: WRITE_BATCH,
    isDown: isDatabaseUnavailable,
  });

  return {
    note: (msmeId, version, listed) => put({ msmeId, rank: 2 * version + Number(listed) }),
    countListed: async () => {
      // By a cursor: where nothing but ids is indexed, one count over a million documents outlasts the socket timeout.
      let count = 0;
      const listed = msmes.find({ rank: { $mod: [2, 1] } }, { _id: 1 });
      for await (const _ of listed.lean().batchSize(COUNT_BATCH).cursor()) count += 1;
      return count;
    },
  };
}

export type ReadModels = {
  archive: Archive;
  /** By collaboration ID. */
  collaborations: FactSets<Entry>;
  /** By loan id. */
  loans: FactSets<LoanFact>;
  msmes: ListedMsmes;
};

/** Opens every read model of the service, once the indexes exist. */
export async function openReadModels(connection: Connection): Promise<ReadModels> {
  return {
    archive: await openArchive(connection),
    collaborations: await openFactSets<Entry>(connection, 'collaborations'),
    loans: await openFactSets<LoanFact>(connection, 'loans'),
    msmes: await openListedMsmes(connection),
  };
}
