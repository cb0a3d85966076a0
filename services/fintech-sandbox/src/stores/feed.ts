import { type Connection, Schema } from 'mongoose';
import { isDuplicateKey } from './database.ts';

type FeedDocument = { _id: number; eventId: string; body: string };

export type Feed = ReturnType<typeof createFeed>;

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
 * All events in one line. A place is taken by inserting it right after the last one, so there are no gaps and nothing
 * ever appears before a place that a reader has seen. Writers therefore take turns: right for a sandbox, not for a bank.
 */
export function createFeed(connection: Connection) {
  const model = connection.model<FeedDocument>('FeedEntry', schema);
  let lastSeen = 0;

  async function lastPlace(): Promise<number> {
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
        const place = lastSeen + 1;
        try {
          await model.create({ _id: place, eventId, body: JSON.stringify(event) });
          lastSeen = Math.max(lastSeen, place);
          return;
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
        if ((await model.exists({ eventId })) !== null) return;
        lastSeen = Math.max(lastSeen, await lastPlace());
      }
      throw new Error(`no place in the feed for ${eventId} after ${MAX_TRIES} tries`);
    },

    /** The events after a place, oldest first, and the place of the last of them. */
    async after(place: number, limit: number): Promise<{ events: unknown[]; place: number; hasMore: boolean }> {
      const documents = await model
        .find({ _id: { $gt: place } })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean<FeedDocument[]>();
      const page = documents.slice(0, limit);
      return {
        events: page.map(({ body }) => JSON.parse(body) as unknown),
        place: page.at(-1)?._id ?? place,
        hasMore: documents.length > limit,
      };
    },
  };
}
