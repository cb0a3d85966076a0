import { platformSettings, secret } from '@ksbb/service-kit';
import type { z } from 'zod';

export const settingsSchema = platformSettings.extend({
  /** Bearer token of officers, who register, verify and delist. */
  OPERATOR_TOKEN: secret,
});

export type Settings = z.output<typeof settingsSchema>;

/** What the job that loads the map needs. */
export const loadSettingsSchema = platformSettings.pick({ AMQP_URL: true, MONGODB_URI: true, LOG_LEVEL: true });
