import type { Partner } from '@ksbb/contracts';
import type { Database } from '@ksbb/document-store';

export type Cursors = {
  /** How far a partner's feed has been read; null where it never was. */
  load: (partner: Partner) => Promise<string | null>;
  save: (partner: Partner, cursor: string) => Promise<void>;
};

export function openCursors(connection: Database['connection']): Cursors {
  const collection = connection.collection<{ _id: string; cursor: string }>('cursors');
  return {
    load: async (partner) => (await collection.findOne({ _id: partner }))?.cursor ?? null,
    save: async (partner, cursor) => {
      await collection.updateOne({ _id: partner }, { $set: { cursor } }, { upsert: true });
    },
  };
}
