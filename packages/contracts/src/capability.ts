import { z } from 'zod';

/** Who gives out capability tokens, and for whom: `iss` and `aud` of the JWT. */
export const CAPABILITY_TOKEN = { issuer: 'ksbb-commitment', audience: 'ksbb' } as const;

/** What every service that is handed a capability token reads in it: the collaboration, and as whom its bearer acts. */
export const capabilityClaims = z.object({ sub: z.string(), role: z.enum(['donor', 'msme']) });
