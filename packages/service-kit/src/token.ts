import { jwtVerify } from 'jose';
import type { z } from 'zod';

type Token<Claims extends z.ZodType> = {
  secret: string;
  issuer: string;
  audience: string;
  claims: Claims;
  clock: () => Date;
};

/**
 * Gives the function that reads the claims of a JWT signed by HMAC-SHA256 (RFC 7519, RFC 7518): of this issuer, for this
 * audience, with an end that has not come. It throws jose's error where the token is not so, ZodError where its claims do
 * not fit.
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
