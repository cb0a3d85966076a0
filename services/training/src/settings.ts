import { platformSettings, secret } from '@ksbb/service-kit';
import type { z } from 'zod';

export const settingsSchema = platformSettings.extend({
  /** Verifies the tokens of donors. The commitment service has the same secret. */
  CAPABILITY_SECRET: secret,
  /** Bearer token of operators. */
  OPERATOR_TOKEN: secret,
});
export type Settings = z.output<typeof settingsSchema>;
