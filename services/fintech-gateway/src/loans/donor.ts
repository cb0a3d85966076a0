import { CAPABILITY_TOKEN, capabilityClaims } from '@ksbb/contracts';
import { bearerToken, unauthorized } from '@ksbb/service-kit';
import { createTokenReader } from '@ksbb/service-kit/token';

type Request = Parameters<typeof bearerToken>[0];

/**
 * Whether a request bears the donor's token of a collaboration. One without a token, of an MSME or of another collaboration
 * is anybody's.
 * @throws Problem 401 where the token is not valid, or not any more
 */
export type IsDonor = (request: Request, collaborationId: string) => Promise<boolean>;

/** @param secret shared with the service that gives the tokens out for the PIN of a collaboration */
export function createIsDonor(secret: string, clock: () => Date): IsDonor {
  const read = createTokenReader({ ...CAPABILITY_TOKEN, secret, claims: capabilityClaims, clock });

  return async (request, collaborationId) => {
    if (request.get('authorization') === undefined) return false;
    const { sub, role } = await read(bearerToken(request)).catch(() => {
      throw unauthorized('This token is not valid here, or not any more; get one with the PIN of the collaboration.');
    });
    return role === 'donor' && sub === collaborationId;
  };
}
