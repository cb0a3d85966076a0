import { z } from 'zod';
import { packageOfHelp } from '../primitives.ts';

/** An institution that takes donations, for 'Join Donation'. */
export const institution = z.object({
  institutionId: z.string(),
  name: z.string(),
  kind: z.object({ id: z.string(), en: z.string() }),
  packages: z.array(packageOfHelp).min(1),
  accounts: z.array(z.object({ bank: z.string(), number: z.string(), holder: z.string() })).min(1),
  contacts: z.array(z.object({ kind: z.enum(['phone', 'email', 'web']), value: z.string() })).min(1),
  /** Accounts and contacts are invented, to try the product. They must never be shown as real. */
  example: z.boolean(),
});
export type Institution = z.output<typeof institution>;

export const institutionList = z.object({ items: z.array(institution) });
