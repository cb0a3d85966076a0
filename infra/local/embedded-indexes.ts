import { mongo } from 'mongoose';

type Db = ReturnType<mongo.MongoClient['db']>;

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
    if (!(await isMongoJavaServer(client.db('admin')))) return;
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    for (const { name } of databases) await indexAggregates(client.db(name));
  } finally {
    await client.close();
  }
}

/** MongoDB and FerretDB name the commit that they were built from. */
async function isMongoJavaServer(admin: Db): Promise<boolean> {
  return !('gitVersion' in (await admin.command({ buildInfo: 1 })));
}

async function indexAggregates(database: Db): Promise<void> {
  for (const collection of await database.collections()) {
    const indexes = await collection.indexes();
    const hasOutbox = indexes.some(({ name }) => name === OUTBOX_INDEX);
    if (hasOutbox) await collection.createIndex({ _id: 1, version: 1 }, { unique: true });
  }
}
