import { isDatabaseUnavailable } from '@ksbb/document-store';
import type { Connection } from 'mongoose';
import { unlessOnlyDuplicates } from './duplicates.ts';
import { inBatches } from './in-batches.ts';

export type ListedMsmes = {
  /** Notes whether an MSME is on the map, unless something newer is known. `version` is that of the MSME. */
  note: (msmeId: string, version: number, listed: boolean) => Promise<void>;
  countListed: () => Promise<number>;
};

type Note = { msmeId: string; version: number; listed: boolean };

const READ_BATCH = 10_000;
const WRITE_BATCH = 500;

/** One number that is higher for a newer version, and odd where the MSME is listed, so that `$max` keeps the newest. */
const rankOf = ({ version, listed }: Note) => 2 * version + Number(listed);
const LISTED = { rank: { $mod: [2, 1] } };

/** Updates name the `_id` alone: with any further condition the embedded database reads the whole collection. */
export function openListedMsmes(connection: Connection): ListedMsmes {
  const collection = connection.collection('msmes');

  const put = inBatches<Note>({
    write: async (notes) => {
      const updates = notes.map((note) => ({
        updateOne: { filter: { _id: note.msmeId }, update: { $max: { rank: rankOf(note) } }, upsert: true },
      }));
      const write = () => collection.bulkWrite(updates as never, { ordered: false });
      await write().catch((error) => {
        unlessOnlyDuplicates(error);
        // Others inserted the same MSMEs at the same moment; they are there now.
        return write();
      });
    },
    limit: WRITE_BATCH,
    isDown: isDatabaseUnavailable,
  });

  return {
    note: (msmeId, version, listed) => put({ msmeId, version, listed }),
    countListed: async () => {
      // By a cursor: where nothing but ids is indexed, one count over a million documents outlasts the socket timeout.
      let count = 0;
      for await (const _ of collection.find(LISTED, { batchSize: READ_BATCH })) count += 1;
      return count;
    },
  };
}
