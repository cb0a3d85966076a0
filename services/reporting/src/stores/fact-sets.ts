import { isDuplicateKey } from '@ksbb/document-store';
import type { Connection } from 'mongoose';

/** All that is known of one subject. */
export type FactSet<Fact> = { id: string; facts: Fact[] };

export type FactSets<Fact extends { eventId: string }> = {
  /** Adds a fact to the set of its subject, once for each event. The set begins with its first fact, whichever that is. */
  add: (id: string, fact: Fact) => Promise<void>;
  load: (id: string) => Promise<FactSet<Fact> | null>;
  /** Sets in the order of their ids, after the id `after`. */
  page: (after: string | undefined, limit: number) => Promise<FactSet<Fact>[]>;
  /** Every set, by a cursor, in no promised order. */
  all: () => AsyncIterable<FactSet<Fact>>;
};

const BATCH = 500;

/** Event ids have dots, which separate the parts of a path in an update. */
const keyOf = (eventId: string) => Buffer.from(eventId).toString('base64url');

/**
 * One document for each subject, which holds its facts by event. A producer keeps as much in one document of its own, so a
 * set stays as far below the limit of 16 MiB as that. Updates name the `_id` alone: with any further condition the embedded
 * database reads the whole collection.
 */
export function openFactSets<Fact extends { eventId: string }>(connection: Connection, name: string): FactSets<Fact> {
  const collection = connection.collection(name);
  const toSet = (document: unknown): FactSet<Fact> => {
    const { _id, facts } = document as { _id: string; facts: Record<string, Fact> };
    return { id: _id, facts: Object.values(facts) };
  };

  return {
    add: async (id, fact) => {
      const put = () =>
        collection.updateOne({ _id: id } as object, { $set: { [`facts.${keyOf(fact.eventId)}`]: fact } } as object, {
          upsert: true,
        });
      await put().catch((error) => {
        if (!isDuplicateKey(error)) throw error;
        // Another fact began the set at the same moment; it is there now.
        return put();
      });
    },
    load: async (id) => {
      const found = await collection.findOne({ _id: id } as object);
      return found === null ? null : toSet(found);
    },
    page: async (after, limit) => {
      const filter = (after === undefined ? {} : { _id: { $gt: after } }) as object;
      return (await collection.find(filter, { sort: { _id: 1 }, limit }).toArray()).map(toSet);
    },
    all: async function* () {
      for await (const document of collection.find({}, { batchSize: BATCH })) yield toSet(document);
    },
  };
}
