import { defineSchema, insertOnce, openModel } from '@ksbb/document-store';
import type { Answer } from '@ksbb/service-kit';
import type { Connection } from 'mongoose';
import type { Partner } from '../contract/record.ts';

type KeyDocument = { _id: string; fingerprint: string; answer: string | null; leasedUntil: number; createdAt: number };
type UsedIdDocument = { _id: string; usedAt: number };

/** `lease` identifies the claim to `finish` and `release`. */
export type Claim =
  | { outcome: 'claimed'; lease: number }
  | { outcome: 'replay'; answer: Answer }
  | { outcome: 'in-progress' }
  | { outcome: 'other-payload' };

export type IdempotencyKeys = Awaited<ReturnType<typeof openIdempotencyKeys>>;
export type ExternalIds = Awaited<ReturnType<typeof openExternalIds>>;

const KEY_TTL_MS = 24 * 60 * 60 * 1000;
/** Twice the clock skew that is allowed. An older request is refused by its timestamp. */
const EXTERNAL_ID_TTL_MS = 10 * 60 * 1000;

const keySchema = defineSchema<KeyDocument>({
  _id: String,
  fingerprint: String,
  answer: String,
  leasedUntil: Number,
  createdAt: Number,
});
const usedIdSchema = defineSchema<UsedIdDocument>({ _id: String, usedAt: Number });

/** Idempotency keys with the first response (draft-ietf-httpapi-idempotency-key-header), stored for 24 h. */
export async function openIdempotencyKeys(connection: Connection) {
  const model = await openModel(connection, 'idempotency-keys', keySchema);
  const idOf = (partner: Partner, key: string) => `${partner}:${key}`;

  /** A crashed request leaves its key leased. After the lease a repeat may take the key over. */
  async function takeOver(_id: string, now: number, leaseMs: number): Promise<Claim> {
    const taken = await model
      .findOneAndUpdate({ _id, answer: null, leasedUntil: { $lte: now } }, { $set: { leasedUntil: now + leaseMs } })
      .lean();
    return taken ? { outcome: 'claimed', lease: now + leaseMs } : { outcome: 'in-progress' };
  }

  return {
    /** Leases a key to one request for `leaseMs` at most. */
    async claim(partner: Partner, key: string, fingerprint: string, now: Date, leaseMs: number): Promise<Claim> {
      const [_id, time] = [idOf(partner, key), now.getTime()];
      const lease = time + leaseMs;
      const isNew = await insertOnce(model, { _id, fingerprint, answer: null, leasedUntil: lease, createdAt: time });
      if (isNew) return { outcome: 'claimed', lease };
      const known = await model.findOne({ _id }).lean();
      if (known === null) return { outcome: 'in-progress' };
      if (known.fingerprint !== fingerprint) return { outcome: 'other-payload' };
      if (known.answer !== null) return { outcome: 'replay', answer: JSON.parse(known.answer) };
      return takeOver(_id, time, leaseMs);
    },

    /** Stores the response of the request that holds the key. */
    async finish(partner: Partner, key: string, lease: number, answer: Answer): Promise<void> {
      const held = { _id: idOf(partner, key), leasedUntil: lease };
      await model.updateOne(held, { $set: { answer: JSON.stringify(answer) } });
    },

    /** Removes the key of a request that failed. */
    async release(partner: Partner, key: string, lease: number): Promise<void> {
      await model.deleteOne({ _id: idOf(partner, key), leasedUntil: lease, answer: null });
    },

    async removeExpired(now: Date): Promise<void> {
      await model.deleteMany({ createdAt: { $lt: now.getTime() - KEY_TTL_MS } });
    },
  };
}

/** The X-EXTERNAL-IDs of the last ten minutes, so that nobody can replay a signed request. */
export async function openExternalIds(connection: Connection) {
  const model = await openModel(connection, 'external-ids', usedIdSchema);
  return {
    /** False where the id was used before. */
    use: (id: string, now: Date): Promise<boolean> => insertOnce(model, { _id: id, usedAt: now.getTime() }),

    async removeExpired(now: Date): Promise<void> {
      await model.deleteMany({ usedAt: { $lt: now.getTime() - EXTERNAL_ID_TTL_MS } });
    },
  };
}
