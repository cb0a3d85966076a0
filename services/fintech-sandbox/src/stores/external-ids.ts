import { type Connection, Schema } from 'mongoose';
import { isDuplicateKey } from './database.ts';

type UsedDocument = { _id: string; usedAt: number };

export type ExternalIds = ReturnType<typeof createExternalIds>;

/** Twice the clock skew that is allowed: an older request is refused by its timestamp. */
const REMEMBERED_MS = 10 * 60 * 1000;

const schema = new Schema<UsedDocument>(
  { _id: { type: String, required: true }, usedAt: { type: Number, required: true } },
  { versionKey: false, collection: 'external-ids' },
);

/** The X-EXTERNAL-IDs of the last ten minutes, so that a signed request cannot be sent again by someone who saw it. */
export function createExternalIds(connection: Connection) {
  const model = connection.model<UsedDocument>('ExternalId', schema);
  return {
    /** Uses up an id. False where it was used before. */
    async use(id: string, now: Date): Promise<boolean> {
      try {
        await model.create({ _id: id, usedAt: now.getTime() });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },

    /** Removes what need not be remembered any longer. */
    async sweep(now: Date): Promise<void> {
      await model.deleteMany({ usedAt: { $lt: now.getTime() - REMEMBERED_MS } });
    },
  };
}
