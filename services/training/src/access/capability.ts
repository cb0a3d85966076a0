import { CAPABILITY_TOKEN, capabilityClaims } from '@ksbb/contracts';
import { Problem, unauthorized } from '@ksbb/service-kit';
import { createTokenReader } from '@ksbb/service-kit/token';
import { errors } from 'jose';

const forbidden = (detail: string) => new Problem(403, 'forbidden', detail);

/**
 * Passes when `token` is a valid donor token of `collaborationId`.
 * @throws Problem 401 when it is not valid, 403 when it is for something else
 */
export type AdmitDonor = (token: string, collaborationId: string) => Promise<void>;

/** @param secret shared with the service that gives the tokens out for the PIN of a collaboration */
export function createAdmitDonor(secret: string, clock: () => Date): AdmitDonor {
  const read = createTokenReader({ ...CAPABILITY_TOKEN, secret, claims: capabilityClaims, clock });

  return async (token, collaborationId) => {
    const { sub, role } = await read(token).catch((error: unknown) => {
      if (error instanceof errors.JWTExpired)
        throw unauthorized('This token has expired; get a new one with the PIN of the collaboration.');
      throw unauthorized('This token is not valid here; get one with the PIN of the collaboration.');
    });
    if (sub !== collaborationId) throw forbidden('This token opens another collaboration.');
    if (role !== 'donor') throw forbidden('Only the donor of the collaboration may do this.');
  };
}
