import type { Partner as PartnerName } from '@ksbb/contracts';
import type { z } from 'zod';
import { amanah } from './amanah/amanah.ts';
import type { CallSettings, Observe } from './call.ts';
import { lumbung } from './lumbung/lumbung.ts';
import type { OpenPartner, PartnerKind } from './define-partner.ts';

/** Every partner there is, by the name that it has everywhere. docs/adding-a-partner.md says how to add one. */
export const PARTNERS = { amanah, lumbung } satisfies Record<PartnerName, PartnerKind>;

/** A and B of A | B. */
type All<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer Both) => void
  ? Both
  : never;
type Kinds = Record<string, { settings: z.ZodRawShape }>;

/** The settings of these partners, together. */
export function settingsOf<K extends Kinds>(kinds: K): All<K[keyof K]['settings']> {
  return Object.assign({}, ...Object.values(kinds).map(({ settings }) => settings)) as All<K[keyof K]['settings']>;
}

/** The limits of the calls to a partner, as the settings say them. */
export type LimitSettings = {
  PARTNER_TIMEOUT_MS: number;
  BREAKER_VOLUME: number;
  BREAKER_ERROR_PERCENTAGE: number;
  BREAKER_WINDOW_MS: number;
  BREAKER_RESET_MS: number;
  BREAKER_RAMP_MS: number;
  BULKHEAD_IN_FLIGHT: number;
  BULKHEAD_WAITING: number;
  BULKHEAD_WAIT_MS: number;
};

const BUCKETS = 12;
/** Calls at once while a partner that was away is given time to recover. */
const RAMP_LIMIT = 2;

function callSettings(settings: LimitSettings): CallSettings {
  return {
    timeoutMs: settings.PARTNER_TIMEOUT_MS,
    breaker: {
      volume: settings.BREAKER_VOLUME,
      errorPercentage: settings.BREAKER_ERROR_PERCENTAGE,
      windowMs: settings.BREAKER_WINDOW_MS,
      buckets: BUCKETS,
      resetMs: settings.BREAKER_RESET_MS,
      rampMs: settings.BREAKER_RAMP_MS,
      rampLimit: RAMP_LIMIT,
    },
    bulkhead: {
      inFlight: settings.BULKHEAD_IN_FLIGHT,
      waiting: settings.BULKHEAD_WAITING,
      waitMs: settings.BULKHEAD_WAIT_MS,
    },
  };
}

type Parts<Name extends string> = {
  kinds: Record<Name, PartnerKind>;
  /** Has those of every kind besides. */
  settings: LimitSettings;
  observe: (partner: Name) => Observe;
  clock: () => Date;
};

/** Opens each of these partners: an adapter, and a bulkhead and breakers of its own. */
export function openPartners<Name extends string>({
  kinds,
  settings,
  observe,
  clock,
}: Parts<Name>): (OpenPartner & { name: Name })[] {
  const limits = callSettings(settings);
  return (Object.keys(kinds) as Name[]).map((name) => {
    return { name, ...kinds[name].open(name, settings as never, { limits, observe: observe(name), clock }) };
  });
}
