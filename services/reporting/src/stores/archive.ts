import type { ReceivedEvent } from '@ksbb/contracts';
import { insertOnce } from '@ksbb/document-store';
import type { Connection } from 'mongoose';

/** An event as it came, but for what its schema does not know. */
export type Archived = { eventId: string; type: string; subject: string; version: number; time: string; data: Record<string, unknown> };

export type Archive = {
  /** Keeps an event; a repeat changes nothing. */
  keep: (event: ReceivedEvent) => Promise<void>;
  /** Events in the order of their ids, after the id `after`. */
  page: (after: string | undefined, limit: number) => Promise<Archived[]>;
};

export function openArchive(connection: Connection): Archive {
  const collection = connection.collection('events');
  return {
    keep: async ({ id, type, subject, version, time, data }) => {
      await insertOnce(collection, { _id: id, type, subject, version, time, data });
    },
    page: async (after, limit) => {
      const filter = (after === undefined ? {} : { _id: { $gt: after } }) as object;
      const found = (await collection.find(filter, { sort: { _id: 1 }, limit }).toArray()) as unknown as (Omit<Archived, 'eventId'> & { _id: string })[];
      return found.map(({ _id, type, subject, version, time, data }) => ({ eventId: _id, type, subject, version, time, data }));
    },
  };
}
