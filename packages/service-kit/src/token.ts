import { errors, jwtVerify } from 'jose';
import type { z } from 'zod';
import { bearerToken, type HeaderAuthenticator } from './auth.ts';
import { unauthorized } from './problem.ts';

type Token<Claims extends z.ZodType> = {
  secret: string;
  issuer: string;
  audience: string;
  claims: Claims;
  clock: () => Date;
  help: string;
};

/**
 * Accepts the bearer of a JWT that is signed by HMAC-SHA256 (RFC 7519), by this issuer, for this audience, with an
 * expiry time that is not over. The principal is the claims of the token.
 * @param help says how to get a good token; it is added to the detail of a refusal
 */
export function capabilityAuthenticator<Claims extends z.ZodType>({
  secret,
  issuer,
  audience,
  claims,
  clock,
  help,
}: Token<Claims>): HeaderAuthenticator<z.output<Claims>> {
  const key = new TextEncoder().encode(secret);
  async function read(token: string): Promise<z.output<Claims>> {
    const options = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp'], currentDate: clock() };
    return claims.parse((await jwtVerify(token, key, options)).payload);
  }
  return {
    kind: 'capability',
    authenticate: (request) =>
      read(bearerToken(request)).catch((error: unknown) => {
        const fault = error instanceof errors.JWTExpired ? 'has expired' : 'is not valid here';
        throw unauthorized(`This token ${fault}. ${help}`);
      }),
  };
}
