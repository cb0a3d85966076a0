import { createHash } from 'node:crypto';
import { type Database, openDatabase } from '@ksbb/document-store';
import { createLog } from '@ksbb/service-kit';

/** The services with a database of their own. */
const OWNERS = ['msme-registry', 'commitment', 'fintech-gateway', 'training', 'reporting', 'fintech-sandbox'] as const;
type Owner = (typeof OWNERS)[number];

/** The services' databases as the harness reads them, past the proxies. */
export type Databases = {
  /** How many aggregates have events in their outbox. */
  pendingOutboxes: () => Promise<number>;
  /** The ids of all events in the archive. */
  archived: () => Promise<Set<string>>;
  /** A digest of every collection of these services. It is the same where every document is, byte for byte. */
  digests: (owners: readonly Owner[]) => Promise<Map<string, string>>;
  close: () => Promise<void>;
};

async function digestOf(documents: AsyncIterable<{ _id: unknown }>): Promise<string> {
  const lines: string[] = [];
  for await (const document of documents)
    lines.push(`${String(document._id)} ${createHash('sha256').update(JSON.stringify(document)).digest('hex')}`);
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
}

export async function openDatabases(mongoUrl: string): Promise<Databases> {
  const log = createLog('chaos', 'silent');
  const open = async (owner: Owner) => {
    const uri = new URL(mongoUrl);
    uri.pathname = `/ksbb-${owner}`;
    return [owner, await openDatabase(uri.href, log)] as const;
  };
  const databases = new Map<Owner, Database>(await Promise.all(OWNERS.map(open)));

  async function collections(owner: Owner) {
    const { connection } = databases.get(owner) as Database;
    const names = (await connection.listCollections())
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('system.'));
    return names.toSorted().map((name) => ({ name, collection: connection.collection(name) }));
  }

  return {
    pendingOutboxes: async () => {
      let found = 0;
      for (const owner of OWNERS) {
        for (const { collection } of await collections(owner))
          found += await collection.countDocuments({ 'outbox.time': { $gte: '' } });
      }
      return found;
    },
    archived: async () => {
      const { connection } = databases.get('reporting') as Database;
      const ids = new Set<string>();
      for await (const { _id } of connection
        .collection('events')
        .find({}, { projection: { _id: 1 }, batchSize: 5_000 }))
        ids.add(String(_id));
      return ids;
    },
    digests: async (owners) => {
      const found = new Map<string, string>();
      for (const owner of owners) {
        for (const { name, collection } of await collections(owner))
          found.set(`${owner}/${name}`, await digestOf(collection.find({}) as never));
      }
      return found;
    },
    close: async () => {
      await Promise.all([...databases.values()].map((database) => database.close()));
    },
  };
}
