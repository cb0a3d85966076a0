import { platformSettings, secret } from '@ksbb/service-kit';
import type { z } from 'zod';

export const settingsSchema = platformSettings.extend({
  /** Signs the tokens of donors; the same as the commitment service has. */
  CAPABILITY_SECRET: secret,
});
export type Settings = z.output<typeof settingsSchema>;
