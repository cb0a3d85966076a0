import type { Connection, Model } from 'mongoose';
import { isDuplicateKey } from './errors.ts';
import { driverCollection, type WithId } from './models.ts';
import { retryRolledBack } from './transient.ts';

/*
 * An event may come twice and late. The effect of its handler is one of three, and the subscription names which:
 * insert: `insertOnce` below; newest wins: `upsertIfNewer` below; transition: `DocumentStore.decide` with a core that
 * answers a repeated step with no events.
 */

type Collection = ReturnType<Connection['collection']>;
/** A copy of an event's subject, with the version of the subject. */
type Versioned = { _id: string; version: number };

/**
 * Inserts a document whose `_id` is derived from the event id. A repeat changes nothing. Answers whether it was new.
 */
export async function insertOnce<Document extends WithId>(model: Model<Document>, document: Document): Promise<boolean>;
/** Until every store has a model. */
export async function insertOnce(
  collection: Collection,
  document: { _id: string } & Record<string, unknown>,
): Promise<boolean>;
export async function insertOnce(target: Model<WithId> | Collection, document: WithId) {
  try {
    // Lean: Mongoose writes the plain object and builds no document of its own from it.
    if (typeof target === 'function') await retryRolledBack(() => target.insertMany([document], { lean: true }));
    else await retryRolledBack(() => target.insertOne(document as never));
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Keeps the document of the highest version. Equal and older versions are ignored. Answers whether it was newer. */
export async function upsertIfNewer<Document extends Versioned>(
  model: Model<Document>,
  document: Document,
): Promise<boolean>;
/** Until every store has a model. */
export async function upsertIfNewer(
  collection: Collection,
  id: string,
  version: number,
  fields: Record<string, unknown>,
): Promise<boolean>;
export async function upsertIfNewer(
  target: Model<Versioned> | Collection,
  idOrDocument: string | Versioned,
  version?: number,
  fields?: object,
): Promise<boolean> {
  const collection = typeof target === 'function' ? driverCollection(target) : (target as never);
  const document =
    typeof idOrDocument === 'string' ? { _id: idOrDocument, ...fields, version: version ?? 0 } : idOrDocument;
  return upsertNewer(collection, document, () => insertOnce(target as never, document));
}

async function upsertNewer(
  collection: ReturnType<typeof driverCollection<Versioned>>,
  document: Versioned,
  insert: () => Promise<boolean>,
): Promise<boolean> {
  const older = { _id: document._id, version: { $lt: document.version } };
  const replace = async () => {
    const { matchedCount } = await retryRolledBack(() => collection.replaceOne(older, document));
    return matchedCount > 0;
  };
  if ((await replace()) || (await insert())) return true;
  // Another version may have been inserted in between, and it may be an older one.
  return replace();
}
