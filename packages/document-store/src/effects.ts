import type { Model } from 'mongoose';
import { isDuplicateKey } from './errors.ts';
import { driverCollection, type WithId } from './models.ts';
import { retryRolledBack } from './transient.ts';

/*
 * An event may come twice and late. The effect of its handler is one of three, and the subscription names which:
 * insert: `insertOnce` below; newest wins: `upsertIfNewer` below; transition: `DocumentStore.decide` with a core that
 * answers a repeated step with no events.
 */

/** A copy of an event's subject, with the version of the subject. */
type Versioned = { _id: string; version: number };
/** What is needed of a driver's collection, whatever its documents are. */
type Replacing = { replaceOne(older: object, document: object): Promise<{ matchedCount: number }> };

/**
 * Inserts a document whose `_id` is derived from the event id. A repeat changes nothing. Answers whether it was new.
 */
export async function insertOnce<Document extends WithId>(
  model: Model<Document>,
  document: Document,
): Promise<boolean> {
  try {
    // Lean: Mongoose writes the plain object and builds no document of its own from it.
    await retryRolledBack(() => model.insertMany([document], { lean: true }));
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
): Promise<boolean> {
  const collection: Replacing = driverCollection(model);
  const older = { _id: document._id, version: { $lt: document.version } };
  const replace = async () => {
    const { matchedCount } = await retryRolledBack(() => collection.replaceOne(older, document));
    return matchedCount > 0;
  };
  if ((await replace()) || (await insertOnce(model, document))) return true;
  // Another version may have been inserted in between, and it may be an older one.
  return replace();
}
