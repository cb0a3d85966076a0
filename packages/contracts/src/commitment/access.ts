import { z } from 'zod';
import { msmeId, timestamp } from '../primitives.ts';

/** Who gives out capability tokens, and for whom: `iss` and `aud` of the JWT. */
export const CAPABILITY_TOKEN = { issuer: 'ksbb-commitment', audience: 'ksbb' } as const;

/** What every service that is handed a capability token reads in it: the collaboration, and as whom its bearer acts. */
export const capabilityClaims = z.object({ sub: z.string(), role: z.enum(['donor', 'msme']) });

/** Body of `POST /collaborations/:collaborationId/capability`: the PIN for a token of one hour. */
export const openCollaborationRequest = z.strictObject({
  pin: z.string().regex(/^\d{6}$/, 'the six digits given with the collaboration ID'),
});

export const capabilityAnswer = z.object({ token: z.string(), expiresAt: timestamp });

/** Answer of `GET /collaborations/:collaborationId/msme-links`, for officers: the link that each MSME of it is sent. */
export const msmeLinks = z.object({
  links: z.array(z.object({ msmeId, msmeName: z.string(), token: z.string(), expiresAt: timestamp })),
});
