import type { ReceivedEvent } from '@ksbb/contracts';
import { isDatabaseUnavailable } from '@ksbb/document-store';
import type { Connection } from 'mongoose';
import { unlessOnlyDuplicates } from './duplicates.ts';
import { inBatches } from './in-batches.ts';

/** An event as it came, but for what its schema does not know. */
export type Archived = {
  eventId: string;
  type: string;
  subject: string;
  version: number;
  time: string;
  data: Record<string, unknown>;
};

type Document = Omit<Archived, 'eventId'> & { _id: string };

export type Archive = {
  /** Keeps an event; a repeat changes nothing. */
  keep: (event: ReceivedEvent) => Promise<void>;
  /** Events in the order of their ids, after the id `after`. */
  page: (after: string | undefined, limit: number) => Promise<Archived[]>;
};

const BATCH = 500;

export function openArchive(connection: Connection): Archive {
  const collection = connection.collection('events');
  const insert = inBatches<Document>({
    write: async (documents) => {
      await collection.insertMany(documents as never, { ordered: false }).catch(unlessOnlyDuplicates);
    },
    limit: BATCH,
    isDown: isDatabaseUnavailable,
  });
  return {
    keep: ({ id, type, subject, version, time, data }) => insert({ _id: id, type, subject, version, time, data }),
    page: async (after, limit) => {
      const filter = (after === undefined ? {} : { _id: { $gt: after } }) as object;
      const found = (await collection.find(filter, { sort: { _id: 1 }, limit }).toArray()) as unknown as Document[];
      return found.map(({ _id, type, subject, version, time, data }) => ({
        eventId: _id,
        type,
        subject,
        version,
        time,
        data,
      }));
    },
  };
}
