import { createHash } from 'node:crypto';
import { openDatabase } from '@ksbb/document-store';
import { createLog } from '@ksbb/service-kit';
import { SERVICE_NAMES, SERVICES, type ServiceName } from '../../../infra/local/services.ts';

/** The services with a database of their own. */
export const OWNERS = SERVICE_NAMES.filter((service) => SERVICES[service].usesDatabase);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The services' databases as the harness reads them, past the proxies. */
export async function openDatabases(mongoUrl: string) {
  const { connection, close } = await openDatabase(mongoUrl, createLog('chaos', 'silent'));
  const client = connection.getClient();
  const databaseOf = (owner: ServiceName) => client.db(`ksbb-${owner}`);

  async function collectionsOf(owner: ServiceName) {
    const all = await databaseOf(owner).collections();
    return all.filter(({ collectionName }) => !collectionName.startsWith('system.'));
  }

  return {
    /** How many aggregates have events in their outbox. */
    pendingOutboxes: async () => {
      let found = 0;
      for (const collection of (await Promise.all(OWNERS.map(collectionsOf))).flat())
        found += await collection.countDocuments({ 'outbox.time': { $gte: '' } });
      return found;
    },
    /** The ids of all events in the archive. */
    archived: async () => {
      const ids = new Set<string>();
      const events = databaseOf('reporting').collection('events');
      for await (const { _id } of events.find({}, { projection: { _id: 1 }, batchSize: 5_000 })) ids.add(String(_id));
      return ids;
    },
    /** A digest of every collection of these services. It is the same where every document is, byte for byte. */
    digests: async (owners: readonly ServiceName[]) => {
      const found = new Map<string, string>();
      for (const collection of (await Promise.all(owners.map(collectionsOf))).flat()) {
        const lines: string[] = [];
        for await (const document of collection.find({}))
          lines.push(`${String(document._id)} ${sha256(JSON.stringify(document))}`);
        found.set(`${collection.dbName}/${collection.collectionName}`, sha256(lines.toSorted().join('\n')));
      }
      return found;
    },
    close,
  };
}
