import { mongo } from 'mongoose';

/** Every collection of aggregates has this index (packages/document-store). */
const OUTBOX_INDEX = 'outbox.time_1';

/**
 * Makes updates of aggregates fast on mongo-java-server, which uses an index only where it has exactly the fields of
 * the filter. The guarded update filters by `_id` and `version`: MongoDB finds the document by the index of `_id`,
 * mongo-java-server would read the whole collection. Does nothing on other servers.
 */
export async function createEmbeddedIndexes(mongoUrl: string): Promise<void> {
  const client = new mongo.MongoClient(mongoUrl);
  try {
    const admin = client.db('admin');
    // MongoDB and FerretDB name the commit that they were built from.
    if ('gitVersion' in (await admin.command({ buildInfo: 1 }))) return;
    const { databases } = await admin.admin().listDatabases({ nameOnly: true });
    for (const { name } of databases) {
      for (const collection of await client.db(name).collections()) {
        const hasOutbox = await collection.indexExists(OUTBOX_INDEX);
        if (hasOutbox) await collection.createIndex({ _id: 1, version: 1 }, { unique: true });
      }
    }
  } finally {
    await client.close();
  }
}
