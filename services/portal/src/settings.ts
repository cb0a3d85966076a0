import { httpSettings } from '@ksbb/service-kit';
import { z } from 'zod';

const address = z
  .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
  .transform((url) => url.replace(/\/+$/, ''));

/** An address of map tiles, such as `https://tiles.example/{z}/{x}/{y}.png`. */
const tileUrl = z
  .string()
  .regex(/^https?:\/\/[^/{}]*(\{s\}\.)?[^/{}]+\//, 'an http:// or https:// address')
  .refine((url) => ['{z}', '{x}', '{y}'].every((part) => url.includes(part)), 'an address with {z}, {x} and {y} in it');

export const settingsSchema = httpSettings.extend({
  /** The address at which people reach the portal. Cookies are secure if it is https; forms must come from it. */
  PUBLIC_URL: address,
  MSME_REGISTRY_URL: address,
  COMMITMENT_URL: address,
  FINTECH_GATEWAY_URL: address,
  TRAINING_URL: address,
  REPORTING_URL: address,
  /** A background for the map from another server. Without it the map shows the boundaries only. */
  TILE_URL: tileUrl.optional(),
  TILE_ATTRIBUTION: z.string().max(200).default(''),
});

export type Settings = z.output<typeof settingsSchema>;

export type ServiceName = 'msme-registry' | 'commitment' | 'fintech-gateway' | 'training' | 'reporting';

/** The address of each service, by its name. */
export function serviceAddresses(settings: Settings): Record<ServiceName, string> {
  return {
    'msme-registry': settings.MSME_REGISTRY_URL,
    commitment: settings.COMMITMENT_URL,
    'fintech-gateway': settings.FINTECH_GATEWAY_URL,
    training: settings.TRAINING_URL,
    reporting: settings.REPORTING_URL,
  };
}
