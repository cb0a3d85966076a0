import { createHash } from 'node:crypto';
import type { Partner } from '@ksbb/contracts';
import { type Database, insertOnce } from '@ksbb/document-store';
import type { Scope } from '../api/scopes.ts';

/** What a partner's own systems identify themselves with. The token itself is shown once and not kept. */
export type Credential = {
  credentialId: string;
  partner: Partner;
  label: string;
  scopes: Scope[];
  createdAt: string;
  revokedAt: string | null;
};

export type PartnerCredentials = {
  /** Keeps a credential by its token. False where it is there already. */
  add: (credential: Credential, token: string) => Promise<boolean>;
  /** The credential of a token that holds now. */
  byToken: (token: string) => Promise<Credential | null>;
  find: (credentialId: string) => Promise<Credential | null>;
  list: (limit: number) => Promise<Credential[]>;
  /** Takes one back; again changes nothing. False where there is none. */
  revoke: (credentialId: string, now: Date) => Promise<boolean>;
};

type Document = Omit<Credential, 'credentialId'> & { _id: string; tokenHash: string };

/** Tokens are long and random, so a fast hash keeps them. */
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
const toCredential = ({ _id: credentialId, tokenHash: _, ...credential }: Document): Credential => ({
  credentialId,
  ...credential,
});

export async function openPartnerCredentials(connection: Database['connection']): Promise<PartnerCredentials> {
  const collection = connection.collection<Document>('partner-credentials');
  await collection.createIndex({ tokenHash: 1 }, { unique: true });
  return {
    add: ({ credentialId, ...credential }, token) =>
      insertOnce(connection.collection('partner-credentials'), {
        _id: credentialId,
        ...credential,
        tokenHash: hashOf(token),
      }),
    byToken: async (token) => {
      const found = await collection.findOne({ tokenHash: hashOf(token), revokedAt: null });
      return found === null ? null : toCredential(found);
    },
    find: async (credentialId) => {
      const found = await collection.findOne({ _id: credentialId });
      return found === null ? null : toCredential(found);
    },
    list: async (limit) => (await collection.find({}).sort({ _id: 1 }).limit(limit).toArray()).map(toCredential),
    revoke: async (credentialId, now) => {
      const { matchedCount } = await collection.updateOne(
        { _id: credentialId, revokedAt: null },
        { $set: { revokedAt: now.toISOString() } },
      );
      return matchedCount > 0 || (await collection.findOne({ _id: credentialId })) !== null;
    },
  };
}
