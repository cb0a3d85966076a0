import { platformSettings, secret } from '@ksbb/service-kit';
import type { z } from 'zod';

export const settingsSchema = platformSettings.extend({
  /** Signs the tokens of donors; the same as the commitment service has. */
  CAPABILITY_SECRET: secret,
  /** Bearer token of operators. */
  OPERATOR_TOKEN: secret,
});
export type Settings = z.output<typeof settingsSchema>;
