import { bearerToken, unauthorized } from '@ksbb/service-kit';
import { jwtVerify } from 'jose';
import { z } from 'zod';

type Request = Parameters<typeof bearerToken>[0];

/**
 * Whether a request bears the donor's token of a collaboration. One without a token, of an MSME or of another collaboration
 * is anybody's.
 * @throws Problem 401 where the token is not valid, or not any more
 */
export type IsDonor = (request: Request, collaborationId: string) => Promise<boolean>;

const ISSUER = 'ksbb-commitment';
const AUDIENCE = 'ksbb';
const claims = z.object({ sub: z.string(), role: z.enum(['donor', 'msme']) });

/** @param secret shared with the service that gives the tokens out for the PIN of a collaboration */
export function createIsDonor(secret: string, clock: () => Date): IsDonor {
  const key = new TextEncoder().encode(secret);

  async function verify(token: string): Promise<z.output<typeof claims>> {
    try {
      const options = { algorithms: ['HS256'], issuer: ISSUER, audience: AUDIENCE, requiredClaims: ['exp'], currentDate: clock() };
      return claims.parse((await jwtVerify(token, key, options)).payload);
    } catch {
      throw unauthorized('This token is not valid here, or not any more; get one with the PIN of the collaboration.');
    }
  }

  return async (request, collaborationId) => {
    if (request.get('authorization') === undefined) return false;
    const { sub, role } = await verify(bearerToken(request));
    return role === 'donor' && sub === collaborationId;
  };
}
