import { bearerToken, type HeaderAuthenticator, Problem, unauthorized } from '@ksbb/service-kit';
import { z } from 'zod';
import type { Credential, PartnerCredentials } from '../stores/credentials.ts';

/** What a partner's credential allows. */
export const scope = z.enum(
  ['endpoints:read', 'endpoints:write', 'deliveries:read', 'deliveries:replay'],
  'one of endpoints:read, endpoints:write, deliveries:read, deliveries:replay',
);
export type Scope = z.output<typeof scope>;

/** Lets in the systems of partners that have this scope. */
export type PartnerAuth = (scope: Scope) => HeaderAuthenticator<Credential>;

export function partnerAuth(credentials: Pick<PartnerCredentials, 'byToken'>): PartnerAuth {
  return (needed) => ({
    kind: 'partner',
    scopes: [needed],
    authenticate: async (request) => {
      const credential = await credentials.byToken(bearerToken(request));
      if (credential === null) throw unauthorized('This token is not valid here.');
      if (!credential.scopes.includes(needed))
        throw new Problem(403, 'scope-missing', `This credential has no scope ${needed}.`);
      return credential;
    },
  });
}
