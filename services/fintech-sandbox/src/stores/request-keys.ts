import type { Answer } from '@ksbb/service-kit';
import { type Connection, Schema } from 'mongoose';
import type { Partner } from '../contract/record.ts';
import { isDuplicateKey } from '@ksbb/document-store';

type KeyDocument = { _id: string; fingerprint: string; answer: string | null; leasedUntil: number; createdAt: number };

/** `lease` identifies the claim to `finish` and `release`. */
export type Claim =
  | { outcome: 'claimed'; lease: number }
  | { outcome: 'replay'; answer: Answer }
  | { outcome: 'in-progress' }
  | { outcome: 'other-payload' };

export type IdempotencyKeys = ReturnType<typeof createIdempotencyKeys>;

const REMEMBERED_MS = 24 * 60 * 60 * 1000;

const schema = new Schema<KeyDocument>(
  {
    _id: { type: String, required: true },
    fingerprint: { type: String, required: true },
    answer: { type: String, default: null },
    leasedUntil: { type: Number, required: true },
    createdAt: { type: Number, required: true },
  },
  { versionKey: false, collection: 'idempotency-keys' },
);

/** Keys of requests and their first answers (draft-ietf-httpapi-idempotency-key-header), remembered for 24 h. */
export function createIdempotencyKeys(connection: Connection) {
  const model = connection.model<KeyDocument>('IdempotencyKey', schema);
  const idOf = (partner: Partner, key: string) => `${partner}:${key}`;

  /** A request that died in hand leaves its key leased; after the lease a repeat may take it over. */
  async function takeOver(_id: string, now: number, leaseMs: number): Promise<Claim> {
    const taken = await model
      .findOneAndUpdate({ _id, answer: null, leasedUntil: { $lte: now } }, { $set: { leasedUntil: now + leaseMs } })
      .lean();
    return taken ? { outcome: 'claimed', lease: now + leaseMs } : { outcome: 'in-progress' };
  }

  return {
    /** Takes a key for one request, for `leaseMs` at most. */
    async claim(partner: Partner, key: string, fingerprint: string, now: Date, leaseMs: number): Promise<Claim> {
      const [_id, time] = [idOf(partner, key), now.getTime()];
      try {
        await model.create({ _id, fingerprint, answer: null, leasedUntil: time + leaseMs, createdAt: time });
        return { outcome: 'claimed', lease: time + leaseMs };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      const known = await model.findOne({ _id }).lean<KeyDocument>();
      if (known === null) return { outcome: 'in-progress' };
      if (known.fingerprint !== fingerprint) return { outcome: 'other-payload' };
      if (known.answer !== null) return { outcome: 'replay', answer: JSON.parse(known.answer) as Answer };
      return takeOver(_id, time, leaseMs);
    },

    /** Remembers the answer of the request that holds the key. */
    async finish(partner: Partner, key: string, lease: number, answer: Answer): Promise<void> {
      await model.updateOne(
        { _id: idOf(partner, key), leasedUntil: lease },
        { $set: { answer: JSON.stringify(answer) } },
      );
    },

    /** Forgets the key of a request that came to nothing. */
    async release(partner: Partner, key: string, lease: number): Promise<void> {
      await model.deleteOne({ _id: idOf(partner, key), leasedUntil: lease, answer: null });
    },

    /** Removes what need not be remembered any longer. */
    async removeExpired(now: Date): Promise<void> {
      await model.deleteMany({ createdAt: { $lt: now.getTime() - REMEMBERED_MS } });
    },
  };
}

type UsedDocument = { _id: string; usedAt: number };

export type ExternalIds = ReturnType<typeof createExternalIds>;

/** Twice the clock skew that is allowed: an older request is refused by its timestamp. */
const ID_REMEMBERED_MS = 10 * 60 * 1000;

const usedSchema = new Schema<UsedDocument>(
  { _id: { type: String, required: true }, usedAt: { type: Number, required: true } },
  { versionKey: false, collection: 'external-ids' },
);

/** The X-EXTERNAL-IDs of the last ten minutes, so that a signed request cannot be sent again by someone who saw it. */
export function createExternalIds(connection: Connection) {
  const model = connection.model<UsedDocument>('ExternalId', usedSchema);
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
    async removeExpired(now: Date): Promise<void> {
      await model.deleteMany({ usedAt: { $lt: now.getTime() - ID_REMEMBERED_MS } });
    },
  };
}
