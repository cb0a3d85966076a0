import { createHash } from 'node:crypto';
import type { Partner } from '@ksbb/contracts';
import { type Database, defineSchema, insertOnce, openModel } from '@ksbb/document-store';
import { z } from 'zod';

/** What a partner's credential allows. */
export const scope = z.enum(
  ['endpoints:read', 'endpoints:write', 'deliveries:read', 'deliveries:replay'],
  'one of endpoints:read, endpoints:write, deliveries:read, deliveries:replay',
);
export type Scope = z.output<typeof scope>;

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

const credentialSchema = defineSchema<StoredCredential>({
  _id: String,
  partner: String,
  label: String,
  scopes: [String],
  createdAt: String,
  revokedAt: String,
  tokenHash: { type: String, unique: true },
});

/** Tokens are long and random, so a fast hash is enough. */
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
const toCredential = ({ _id: credentialId, tokenHash: _, ...credential }: StoredCredential): Credential => ({
  credentialId,
  ...credential,
});

export async function openPartnerCredentials(connection: Database['connection']): Promise<PartnerCredentials> {
  const model = await openModel(connection, 'partner-credentials', credentialSchema);
  return {
    add: ({ credentialId, ...credential }, token) =>
      insertOnce(model, { _id: credentialId, ...credential, tokenHash: hashOf(token) }),
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
