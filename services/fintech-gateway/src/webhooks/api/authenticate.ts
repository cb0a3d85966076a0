import { bearerToken, type HeaderAuthenticator, Problem, unauthorized } from '@ksbb/service-kit';
import type { Credential, PartnerCredentials, Scope } from '../stores/credentials.ts';

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
