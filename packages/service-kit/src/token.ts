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
};

/**
 * Gives the function that reads the claims of a JWT signed by HMAC-SHA256 (RFC 7519, RFC 7518): of this issuer, for
 * this audience, with an end that has not come. It throws jose's error where the token is not so, ZodError where its
 * claims do not fit.
 */
export function createTokenReader<Claims extends z.ZodType>({
  secret,
  issuer,
  audience,
  claims,
  clock,
}: Token<Claims>): (token: string) => Promise<z.output<Claims>> {
  const key = new TextEncoder().encode(secret);
  return async (token) => {
    const options = { algorithms: ['HS256'], issuer, audience, requiredClaims: ['exp'], currentDate: clock() };
    return claims.parse((await jwtVerify(token, key, options)).payload);
  };
}

/**
 * Lets in the bearer of a JWT signed by HMAC-SHA256 (RFC 7519): of this issuer, for this audience, with an expiry time
 * that is not over. The principal is the token's claims.
 * @param help says how to get a good token; it is added to the detail of a refusal
 */
export function capabilityAuthenticator<Claims extends z.ZodType>({
  help,
  ...token
}: Token<Claims> & { help: string }): HeaderAuthenticator<z.output<Claims>> {
  const read = createTokenReader(token);
  return {
    kind: 'capability',
    authenticate: (request) =>
      read(bearerToken(request)).catch((error: unknown) => {
        const fault = error instanceof errors.JWTExpired ? 'has expired' : 'is not valid here';
        throw unauthorized(`This token ${fault}. ${help}`);
      }),
  };
}
