import { bearerToken, Problem, unauthorized } from '@ksbb/service-kit';
import type { Request } from 'express';
import type { Credential, PartnerCredentials } from '../stores/credentials.ts';
import type { Scope } from './scopes.ts';

/** The credential of a request, where it may do this. @throws Problem 401 where it is none, 403 where the scope is missing */
export async function requirePartner(
  request: Request,
  credentials: Pick<PartnerCredentials, 'byToken'>,
  scope: Scope,
): Promise<Credential> {
  const credential = await credentials.byToken(bearerToken(request));
  if (credential === null) throw unauthorized('This token is not valid here.');
  if (!credential.scopes.includes(scope))
    throw new Problem(403, 'scope-missing', `This credential has no scope ${scope}.`);
  return credential;
}
