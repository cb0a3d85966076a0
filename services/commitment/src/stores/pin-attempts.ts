import { isDuplicateKey } from '@ksbb/document-store';
import type { Connection } from 'mongoose';

/** So many wrong PINs of one collaboration are borne in one window; the window opens with the first of them. */
export const ATTEMPTS = 5;
export const WINDOW_MS = 15 * 60_000;
const TRIES = 5;

/** `left` counts the attempts that remain when this one is wrong. */
export type Attempt = { allowed: true; left: number } | { allowed: false; retryAfterSeconds: number };

export type PinAttempts = {
  /** Takes an attempt before the PIN is looked at, so that many at once get no more tries than one after the other. */
  take: (collaborationId: string, now: Date) => Promise<Attempt>;
  /** Gives the attempt back, since the PIN was right. */
  giveBack: (collaborationId: string) => Promise<void>;
};

type AttemptDocument = { _id: string; since: Date; used: number };

/** Attempts by collaboration ID; every step is one atomic update of one document. */
export async function openPinAttempts(connection: Connection): Promise<PinAttempts> {
  const collection = connection.collection<AttemptDocument>('pin-attempts');
  await collection.createIndex({ since: 1 }, { expireAfterSeconds: WINDOW_MS / 1000 });

  /** Undefined when another request was faster and it has to be looked at again. */
  async function attempt(_id: string, now: Date): Promise<Attempt | undefined> {
    const opened = new Date(now.getTime() - WINDOW_MS);
    const counted = await collection.findOneAndUpdate(
      { _id, since: { $gt: opened }, used: { $lt: ATTEMPTS } },
      { $inc: { used: 1 } },
      { returnDocument: 'after' },
    );
    if (counted !== null) return { allowed: true, left: ATTEMPTS - counted.used };
    const { matchedCount } = await collection.updateOne(
      { _id, since: { $lte: opened } },
      { $set: { since: now, used: 1 } },
    );
    if (matchedCount === 1) return { allowed: true, left: ATTEMPTS - 1 };
    const found = await collection.findOne({ _id });
    if (found !== null && found.used >= ATTEMPTS) {
      return {
        allowed: false,
        retryAfterSeconds: Math.ceil((found.since.getTime() + WINDOW_MS - now.getTime()) / 1000),
      };
    }
    if (found !== null) return undefined;
    try {
      await collection.insertOne({ _id, since: now, used: 1 });
      return { allowed: true, left: ATTEMPTS - 1 };
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return undefined;
    }
  }

  return {
    take: async (collaborationId, now) => {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const result = await attempt(collaborationId, now);
        if (result !== undefined) return result;
      }
      return { allowed: false, retryAfterSeconds: 1 };
    },
    giveBack: async (collaborationId) => {
      await collection.updateOne({ _id: collaborationId, used: { $gt: 0 } }, { $inc: { used: -1 } });
    },
  };
}
