import type { Partner as PartnerName } from '@ksbb/contracts';
import type { Settings } from '../settings.ts';
import { amanahOperations, createAmanah } from './amanah/amanah.ts';
import { type Caller, type CallSettings, createCaller, type Observe } from './call.ts';
import { createLumbung, lumbungOperations } from './lumbung/lumbung.ts';
import type { Partner } from './partner.ts';

export type OpenPartner = { name: PartnerName; partner: Partner; caller: Pick<Caller<string>, 'state' | 'close'> };

type Parts = { settings: Settings; observe: (partner: PartnerName) => Observe; clock: () => Date };

const BUCKETS = 12;
/** Calls at once while a partner that was away is given time to recover. */
const RAMP_LIMIT = 2;

function callSettings(settings: Settings): CallSettings {
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
    bulkhead: { inFlight: settings.BULKHEAD_IN_FLIGHT, waiting: settings.BULKHEAD_WAITING, waitMs: settings.BULKHEAD_WAIT_MS },
  };
}

/** Every partner there is. Another one is a folder with its adapter, its settings, and an entry here. */
export function openPartners({ settings, observe, clock }: Parts): OpenPartner[] {
  const limits = callSettings(settings);
  const amanah = createCaller('amanah', amanahOperations, limits, observe('amanah'));
  const lumbung = createCaller('lumbung', lumbungOperations, limits, observe('lumbung'));
  const amanahSettings = { url: settings.AMANAH_URL, clientId: settings.AMANAH_CLIENT_ID, clientSecret: settings.AMANAH_CLIENT_SECRET };
  const lumbungSettings = { url: settings.LUMBUNG_URL, token: settings.LUMBUNG_TOKEN, webhookSecret: settings.LUMBUNG_WEBHOOK_SECRET };
  return [
    { name: 'amanah', partner: createAmanah({ settings: amanahSettings, caller: amanah, clock }), caller: amanah },
    { name: 'lumbung', partner: createLumbung({ settings: lumbungSettings, caller: lumbung }), caller: lumbung },
  ];
}
