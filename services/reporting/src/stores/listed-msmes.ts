import { putNewest } from '@ksbb/document-store';
import type { Connection } from 'mongoose';

export type ListedMsmes = {
  /** Notes whether an MSME is on the map, unless something newer is known. `version` is that of the MSME. */
  note: (msmeId: string, version: number, listed: boolean) => Promise<void>;
  countListed: () => Promise<number>;
};

const BATCH = 10_000;

export async function openListedMsmes(connection: Connection): Promise<ListedMsmes> {
  const collection = connection.collection('msmes');
  await collection.createIndex({ listed: 1, _id: 1 });
  return {
    note: async (msmeId, version, listed) => {
      await putNewest(collection, msmeId, version, { listed });
    },
    countListed: async () => {
      // By a cursor: on a database without secondary indexes one count over a million documents outlasts the socket timeout.
      let count = 0;
      for await (const _ of collection.find({ listed: true }, { projection: { _id: 1 }, batchSize: BATCH })) count += 1;
      return count;
    },
  };
}
