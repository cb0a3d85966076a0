import { Problem, unauthorized } from '@ksbb/service-kit';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';

const ISSUER = 'ksbb-commitment';
const AUDIENCE = 'ksbb';

const claims = z.object({ sub: z.string(), role: z.enum(['donor', 'msme']) });

const forbidden = (detail: string) => new Problem(403, 'forbidden', detail);

/**
 * Passes when `token` is a valid donor token of `collaborationId`.
 * @throws Problem 401 when it is not valid, 403 when it is for something else
 */
export type AdmitDonor = (token: string, collaborationId: string) => Promise<void>;

/** @param secret shared with the service that gives the tokens out for the PIN of a collaboration */
export function createAdmitDonor(secret: string, clock: () => Date): AdmitDonor {
  const key = new TextEncoder().encode(secret);

  async function verify(token: string): Promise<z.output<typeof claims>> {
    try {
      const options = { algorithms: ['HS256'], issuer: ISSUER, audience: AUDIENCE, requiredClaims: ['exp'], currentDate: clock() };
      return claims.parse((await jwtVerify(token, key, options)).payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw unauthorized('This token has expired; get a new one with the PIN of the collaboration.');
      throw unauthorized('This token is not valid here; get one with the PIN of the collaboration.');
    }
  }

  return async (token, collaborationId) => {
    const { sub, role } = await verify(token);
    if (sub !== collaborationId) throw forbidden('This token opens another collaboration.');
    if (role !== 'donor') throw forbidden('Only the donor of the collaboration may do this.');
  };
}
