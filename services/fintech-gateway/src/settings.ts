import { platformSettings, secret } from '@ksbb/service-kit';
import { z } from 'zod';
import { knownPartner, PARTNERS, settingsOf } from './partners/open-partners.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses after the first attempt of a webhook, the second, and so on: ten attempts over about 75 hours. */
export const WEBHOOK_STEPS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR),
];

const milliseconds = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const count = (most: number) => z.coerce.number().int().min(1).max(most);

export const settingsSchema = platformSettings
  .extend({
    OPERATOR_TOKEN: secret,
    CAPABILITY_SECRET: secret,
    ...settingsOf(PARTNERS),
    PARTNER_TIMEOUT_MS: milliseconds(50, 60_000).default(8_000),
    BREAKER_VOLUME: count(1_000).default(10),
    BREAKER_ERROR_PERCENTAGE: z.coerce.number().min(1).max(99).default(50),
    BREAKER_WINDOW_MS: milliseconds(1_000, 600_000).default(60_000),
    BREAKER_RESET_MS: milliseconds(50, 600_000).default(30_000),
    BREAKER_RAMP_MS: milliseconds(0, 600_000).default(10_000),
    BULKHEAD_IN_FLIGHT: count(200).default(20),
    BULKHEAD_WAITING: count(1_000).default(50),
    BULKHEAD_WAIT_MS: milliseconds(1, 10_000).default(1_000),
    FORWARD_RETRY_MS: milliseconds(20, 60_000).default(1_000),
    FORWARD_RETRY_MAX_MS: milliseconds(20, 3_600_000).default(1_800_000),
    PARK_AFTER_MS: milliseconds(100, 604_800_000).default(64_800_000),
    STATUS_CHECK_MS: milliseconds(100, 604_800_000).default(21_600_000),
    POLL_EVERY_MS: milliseconds(50, 3_600_000).default(2_000),
    RECONCILE_EVERY_MS: milliseconds(100, 86_400_000).default(3_600_000),
    /** Partners for whose repaid money an officer approves each proposal, separated by commas. */
    LEND_ON_APPROVAL: z
      .string()
      .default('')
      .transform((text) =>
        text
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      )
      .pipe(z.array(knownPartner)),
    /** Lets webhooks go to http and to private addresses: only for development. */
    WEBHOOK_ALLOW_LOCAL: z
      .enum(['true', 'false'])
      .default('false')
      .transform((text) => text === 'true'),
    WEBHOOK_TIMEOUT_MS: milliseconds(50, 60_000).default(15_000),
    WEBHOOK_AT_ONCE: count(1_000).default(10),
    WEBHOOK_PER_SECOND: count(100_000).default(50),
    WEBHOOK_POLL_MS: milliseconds(20, 60_000).default(1_000),
    /** Pauses between the attempts of a webhook, separated by commas. */
    WEBHOOK_STEPS_MS: z
      .string()
      .default(WEBHOOK_STEPS_MS.join(','))
      .transform((text) => text.split(',').map(Number))
      .pipe(z.array(z.int().min(1).max(604_800_000)).min(1).max(30)),
    RELEND_SWEEP_MS: milliseconds(50, 3_600_000).default(3_000),
  })
  .refine((settings) => settings.BREAKER_WINDOW_MS >= 3 * settings.PARTNER_TIMEOUT_MS, {
    path: ['BREAKER_WINDOW_MS'],
    error: 'at least three times PARTNER_TIMEOUT_MS, or calls end after the window that should count them',
  });

export type Settings = z.output<typeof settingsSchema>;
