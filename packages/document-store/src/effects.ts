import type { Connection } from 'mongoose';
import { isDuplicateKey } from './errors.ts';

/*
 * An event may come twice and late. A handler's effect is one of three, and its subscription names which:
 * insert: `insertOnce` below; newest wins: `upsertIfNewer` below; transition: `DocumentStore.decide` with a core that
 * answers a repeated step with no events.
 */

type Collection = ReturnType<Connection['collection']>;

/** Inserts a document whose `_id` is derived from the event id. A repeat changes nothing. Answers whether it was new. */
export async function insertOnce(
  collection: Collection,
  document: { _id: string } & Record<string, unknown>,
): Promise<boolean> {
  try {
    await collection.insertOne(document as never);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/**
 * Keeps the document of the highest version. Equal and older versions are ignored. Answers whether it was newer.
 * @param version the version of the event's subject
 */
export async function upsertIfNewer(
  collection: Collection,
  id: string,
  version: number,
  fields: Record<string, unknown>,
): Promise<boolean> {
  const document = { ...fields, version };
  const replace = async () => {
    const { matchedCount } = await collection.replaceOne({ _id: id, version: { $lt: version } } as object, document);
    return matchedCount > 0;
  };
  if ((await replace()) || (await insertOnce(collection, { _id: id, ...document }))) return true;
  // Another version may have been inserted in between, and it may be an older one.
  return replace();
}
