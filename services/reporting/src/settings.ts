import { platformSettings, secret } from '@ksbb/service-kit';
import type { z } from 'zod';

export const settingsSchema = platformSettings.extend({
  /** Bearer token of operators. */
  OPERATOR_TOKEN: secret,
});
export type Settings = z.output<typeof settingsSchema>;
