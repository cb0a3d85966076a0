import { CAPABILITY_TOKEN, collaborationId, msmeId } from '@ksbb/contracts';
import { bearerToken, Problem, unauthorized } from '@ksbb/service-kit';
import { createTokenReader } from '@ksbb/service-kit/token';
import { SignJWT } from 'jose';
import { z } from 'zod';

const DONOR_SECONDS = 60 * 60;
const MSME_SECONDS = 90 * 24 * 60 * 60;

type Request = Parameters<typeof bearerToken>[0];

/** What the bearer of a token may do: act as the donor or as one MSME of one collaboration. */
export type Capability = { sub: string; role: 'donor' } | { sub: string; role: 'msme'; msmeId: string };

const capabilitySchema = z.discriminatedUnion('role', [
  z.object({ sub: collaborationId, role: z.literal('donor') }),
  z.object({ sub: collaborationId, role: z.literal('msme'), msmeId }),
]);

export type Capabilities = {
  /** Makes a token. A donor's is valid for an hour, an MSME's for 90 days. `expiresAt` is RFC 3339 UTC. */
  issue: (capability: Capability) => Promise<{ token: string; expiresAt: string }>;
  /** The capability that a request bears for this collaboration. @throws Problem 401 without a good token, 403 for another one */
  require: (request: Request, collaborationId: string) => Promise<Capability>;
};

/** Capability tokens: JWTs signed with HMAC-SHA256. The training service has the same CAPABILITY_SECRET. */
export function createCapabilities({ secret, clock }: { secret: string; clock: () => Date }): Capabilities {
  const key = new TextEncoder().encode(secret);
  const read = createTokenReader({ ...CAPABILITY_TOKEN, secret, claims: capabilitySchema, clock });

  return {
    issue: async ({ sub, ...claims }) => {
      const now = Math.floor(clock().getTime() / 1000);
      const expires = now + (claims.role === 'donor' ? DONOR_SECONDS : MSME_SECONDS);
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(sub)
        .setIssuer(CAPABILITY_TOKEN.issuer)
        .setAudience(CAPABILITY_TOKEN.audience)
        .setIssuedAt(now)
        .setExpirationTime(expires)
        .sign(key);
      return { token, expiresAt: new Date(expires * 1000).toISOString() };
    },
    require: async (request, id) => {
      const capability = await read(bearerToken(request)).catch(() => {
        throw unauthorized('This token is invalid or has expired. Ask for a new one.');
      });
      if (capability.sub !== id)
        throw new Problem(403, 'other-collaboration', `This token is for another collaboration than ${id}.`);
      return capability;
    },
  };
}
