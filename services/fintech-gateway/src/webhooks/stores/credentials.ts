import { createHash } from 'node:crypto';
import type { Partner } from '@ksbb/contracts';
import { type Database, insertOnce } from '@ksbb/document-store';
import { Schema } from 'mongoose';
import type { Scope } from '../api/authenticate.ts';

/** A credential of a partner's own systems. The token itself is shown once and not kept. */
export type Credential = {
  credentialId: string;
  partner: Partner;
  label: string;
  scopes: Scope[];
  createdAt: string;
  revokedAt: string | null;
};

export type PartnerCredentials = {
  /** Inserts a credential with its token. False where it is there already. */
  add: (credential: Credential, token: string) => Promise<boolean>;
  /** The credential of a token that is valid now. */
  byToken: (token: string) => Promise<Credential | null>;
  find: (credentialId: string) => Promise<Credential | null>;
  list: (limit: number) => Promise<Credential[]>;
  /** Revokes a credential; a repeat changes nothing. False where there is none. */
  revoke: (credentialId: string, now: Date) => Promise<boolean>;
};

type StoredCredential = Omit<Credential, 'credentialId'> & { _id: string; tokenHash: string };

const credentialSchema = new Schema<StoredCredential>(
  {
    _id: { type: String, required: true },
    partner: { type: String, required: true },
    label: { type: String, required: true },
    scopes: [String],
    createdAt: { type: String, required: true },
    revokedAt: { type: String, default: null },
    tokenHash: { type: String, required: true, unique: true },
  },
  { collection: 'partner-credentials', versionKey: false },
);

/** Tokens are long and random, so a fast hash is enough. */
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
const toCredential = ({ _id: credentialId, tokenHash: _, ...credential }: StoredCredential): Credential => ({
  credentialId,
  ...credential,
});

export async function openPartnerCredentials(connection: Database['connection']): Promise<PartnerCredentials> {
  const model = connection.model('PartnerCredential', credentialSchema);
  await model.createIndexes();
  return {
    add: ({ credentialId, ...credential }, token) =>
      insertOnce(model.collection, { _id: credentialId, ...credential, tokenHash: hashOf(token) }),
    byToken: async (token) => {
      const found = await model.findOne({ tokenHash: hashOf(token), revokedAt: null }).lean();
      return found === null ? null : toCredential(found);
    },
    find: async (credentialId) => {
      const found = await model.findById(credentialId).lean();
      return found === null ? null : toCredential(found);
    },
    list: async (limit) => (await model.find().sort({ _id: 1 }).limit(limit).lean()).map(toCredential),
    revoke: async (credentialId, now) => {
      const change = { $set: { revokedAt: now.toISOString() } };
      const { matchedCount } = await model.updateOne({ _id: credentialId, revokedAt: null }, change);
      return matchedCount > 0 || (await model.exists({ _id: credentialId })) !== null;
    },
  };
}
