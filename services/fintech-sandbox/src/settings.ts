import { httpSettings, secret } from '@ksbb/service-kit';
import { z } from 'zod';

const httpUrl = z.url({ protocol: /^https?$/, error: 'an http:// or https:// address' });

export const settingsSchema = httpSettings.extend({
  MONGODB_URI: z.url({ protocol: /^mongodb(\+srv)?$/, error: 'a mongodb:// address with the database name' }),
  /** The address of this service for browsers. E-contract addresses begin with it. */
  PUBLIC_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')),
  AMANAH_CLIENT_ID: z.string().min(1).max(64),
  AMANAH_CLIENT_SECRET: secret,
  AMANAH_CALLBACK_URL: httpUrl,
  LUMBUNG_TOKEN: secret,
  LUMBUNG_WEBHOOK_SECRET: secret,
  LUMBUNG_CALLBACK_URL: httpUrl,
  ADMIN_TOKEN: secret,
  DISBURSE_AFTER_MS: z.coerce.number().int().min(0).max(86_400_000).default(200),
  /** How long a month lasts for borrowers, who then pay automatically. With 0, only the admin API pays. */
  MONTH_MS: z.coerce.number().int().min(0).max(2_678_400_000).default(0),
  CALLBACK_RETRY_BASE_MS: z.coerce.number().int().min(1).max(60_000).default(300),
});

export type Settings = z.output<typeof settingsSchema>;
