import { defineSchema, insertOnce, openModel } from '@ksbb/document-store';
import type { Connection } from 'mongoose';

type FeedDocument = { _id: number; eventId: string; body: string };

export type EventFeed = Awaited<ReturnType<typeof openEventFeed>>;

const MAX_TRIES = 200;

const schema = defineSchema<FeedDocument>({ _id: Number, eventId: { type: String, unique: true }, body: String });

/**
 * All events in one sequence. An event is inserted directly after the last position, so there are no gaps, and no event
 * appears before a position that a reader has seen. Writers take turns, which is fast enough for a sandbox.
 */
export async function openEventFeed(connection: Connection) {
  const model = await openModel(connection, 'feed', schema);
  let lastSeen = 0;

  async function lastPosition(): Promise<number> {
    const last = await model
      .findOne({ _id: { $gte: lastSeen } })
      .sort({ _id: -1 })
      .lean();
    return last?._id ?? 0;
  }

  return {
    /** Appends an event in the partner's format. A repeat changes nothing. */
    async append(eventId: string, event: unknown): Promise<void> {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const position = lastSeen + 1;
        if (await insertOnce(model, { _id: position, eventId, body: JSON.stringify(event) })) {
          lastSeen = Math.max(lastSeen, position);
          return;
        }
        if ((await model.exists({ eventId })) !== null) return;
        lastSeen = Math.max(lastSeen, await lastPosition());
      }
      throw new Error(`${eventId} found no free position in the feed in ${MAX_TRIES} tries`);
    },

    /** The events after a position, oldest first, and the position of the last of them. */
    async after(position: number, limit: number): Promise<{ events: unknown[]; position: number; hasMore: boolean }> {
      const documents = await model
        .find({ _id: { $gt: position } })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean();
      const page = documents.slice(0, limit);
      return {
        events: page.map(({ body }): unknown => JSON.parse(body)),
        position: page.at(-1)?._id ?? position,
        hasMore: documents.length > limit,
      };
    },
  };
}
