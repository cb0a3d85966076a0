import { type Connection, Schema } from 'mongoose';
import { isDuplicateKey } from '@ksbb/document-store';

type FeedDocument = { _id: number; eventId: string; body: string };

export type EventFeed = ReturnType<typeof createEventFeed>;

const MAX_TRIES = 200;

const schema = new Schema<FeedDocument>(
  {
    _id: { type: Number, required: true },
    eventId: { type: String, required: true, unique: true },
    body: { type: String, required: true },
  },
  { versionKey: false, collection: 'feed' },
);

/**
 * All events in one line. A position is taken by inserting it right after the last one, so there are no gaps and nothing
 * ever appears before a position that a reader has seen. Writers therefore take turns: right for a sandbox, not for a bank.
 */
export function createEventFeed(connection: Connection) {
  const model = connection.model<FeedDocument>('FeedEntry', schema);
  let lastSeen = 0;

  async function lastPosition(): Promise<number> {
    const last = await model
      .findOne({ _id: { $gte: lastSeen } })
      .sort({ _id: -1 })
      .lean<FeedDocument>();
    return last?._id ?? 0;
  }

  return {
    /** Appends an event in its wire form once, however often it is asked to. */
    async append(eventId: string, event: unknown): Promise<void> {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const position = lastSeen + 1;
        try {
          await model.create({ _id: position, eventId, body: JSON.stringify(event) });
          lastSeen = Math.max(lastSeen, position);
          return;
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
        if ((await model.exists({ eventId })) !== null) return;
        lastSeen = Math.max(lastSeen, await lastPosition());
      }
      throw new Error(`no position in the feed for ${eventId} after ${MAX_TRIES} tries`);
    },

    /** The events after a position, oldest first, and the position of the last of them. */
    async after(position: number, limit: number): Promise<{ events: unknown[]; position: number; hasMore: boolean }> {
      const documents = await model
        .find({ _id: { $gt: position } })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean<FeedDocument[]>();
      const page = documents.slice(0, limit);
      return {
        events: page.map(({ body }) => JSON.parse(body) as unknown),
        position: page.at(-1)?._id ?? position,
        hasMore: documents.length > limit,
      };
    },
  };
}
