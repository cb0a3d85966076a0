import { z } from 'zod';

/** What a partner's credential may do. */
export const scope = z.enum(
  ['endpoints:read', 'endpoints:write', 'deliveries:read', 'deliveries:replay'],
  'one of endpoints:read, endpoints:write, deliveries:read, deliveries:replay',
);
export type Scope = z.output<typeof scope>;
