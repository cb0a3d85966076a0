import { CAPABILITY_TOKEN, collaborationId, msmeId } from '@ksbb/contracts';
import { Problem } from '@ksbb/service-kit';
import { capabilityAuthenticator } from '@ksbb/service-kit/token';
import { SignJWT } from 'jose';
import { z } from 'zod';

const DONOR_SECONDS = 60 * 60;
const MSME_SECONDS = 90 * 24 * 60 * 60;

const capabilitySchema = z.discriminatedUnion('role', [
  z.object({ sub: collaborationId, role: z.literal('donor') }),
  z.object({ sub: collaborationId, role: z.literal('msme'), msmeId }),
]);

/** What the bearer of a token may do: act as the donor or as one MSME of one collaboration. */
export type Capability = z.output<typeof capabilitySchema>;

export type Capabilities = ReturnType<typeof createCapabilities>;

/** Capability tokens: JWTs signed with HMAC-SHA256. The training service has the same CAPABILITY_SECRET. */
export function createCapabilities({ secret, clock }: { secret: string; clock: () => Date }) {
  const key = new TextEncoder().encode(secret);
  return {
    /** Makes a token. A donor's is valid for an hour, an MSME's for 90 days. `expiresAt` is RFC 3339 UTC. */
    issue: async ({ sub, ...claims }: Capability): Promise<{ token: string; expiresAt: string }> => {
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
    /** The `auth` of a route whose caller has such a token. The principal is the capability. */
    bearer: capabilityAuthenticator({
      ...CAPABILITY_TOKEN,
      secret,
      claims: capabilitySchema,
      clock,
      help: 'Ask for a new one.',
    }),
  };
}

/** @throws Problem 403 where the capability is for another collaboration */
export function requireCollaboration({ sub }: Capability, id: string): void {
  if (sub === id) return;
  throw new Problem(403, 'other-collaboration', `This token is for another collaboration, not for ${id}.`);
}
