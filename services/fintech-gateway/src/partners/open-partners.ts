import { readdirSync } from 'node:fs';
import { type Partner, partner as partnerSlug } from '@ksbb/contracts';
import type { Metrics } from '@ksbb/service-kit';
import { Gauge, Histogram } from 'prom-client';
import { z } from 'zod';
import type { BreakerState } from './breaker.ts';
import type { CallSettings } from './call.ts';
import type { OpenPartner, PartnerKind } from './define-partner.ts';

export {
  CallFailed,
  ContractRefused,
  type ContractToForward,
  type FeedPage,
  type GenuineCallback,
  type MalformedMessage,
  type PartnerAdapter,
  type PartnerMessage,
} from './partner.ts';

type Kinds = Record<string, PartnerKind>;

async function kindOf(name: string): Promise<PartnerKind> {
  if (!partnerSlug.safeParse(name).success) throw new Error(`partners/${name} is not named as a partner can be`);
  const folder: Kinds = await import(`./${name}/${name}.ts`);
  const kind = folder[name];
  if (kind === undefined) throw new Error(`partners/${name}/${name}.ts does not export ${name}`);
  return kind;
}

const FOLDERS = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const NAMES = FOLDERS.map(({ name }) => name).sort();

/** Every partner, from the folder of its name. docs/adding-a-partner.md says how to add one. */
export const PARTNERS: Kinds = Object.fromEntries(
  await Promise.all(NAMES.map(async (name) => [name, await kindOf(name)] as const)),
);

/** The partner that a request names: one that has a folder here. */
export const knownPartner = z.enum(NAMES, `one of the partner fintechs: ${NAMES.join(', ')}`);

/** The settings of these partners, together. Only the partner itself reads them. */
export function settingsOf(kinds: Kinds): Record<never, never> {
  return Object.assign({}, ...Object.values(kinds).map(({ settings }) => settings));
}

/** The limits of the calls to a partner, as the settings name them. */
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

export function callSettings(settings: LimitSettings): CallSettings {
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

const STATE_NUMBER: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };
export type NamedPartner = OpenPartner & { name: Partner };

/** Shows the state of breakers and bulkheads at each scrape. */
function exposeStates(partners: readonly NamedPartner[], { registry }: Pick<Metrics, 'registry'>): void {
  const calls = new Gauge({
    name: 'ksbb_partner_calls',
    help: 'Calls to a partner now, in flight or waiting for a slot.',
    labelNames: ['partner', 'state'],
    registers: [],
    collect() {
      for (const { name: partner, caller } of partners) {
        const { inFlight, waiting } = caller.state();
        this.set({ partner, state: 'in-flight' }, inFlight);
        this.set({ partner, state: 'waiting' }, waiting);
      }
    },
  });
  const breakers = new Gauge({
    name: 'ksbb_partner_breaker_state',
    help: 'State of the circuit breaker of an operation: 0 closed, 1 half-open, 2 open.',
    labelNames: ['partner', 'operation'],
    registers: [],
    collect() {
      for (const { name: partner, caller } of partners)
        for (const { operation, state } of caller.state().breakers)
          this.set({ partner, operation }, STATE_NUMBER[state]);
    },
  });
  registry.registerMetric(calls);
  registry.registerMetric(breakers);
}

export type Partners = { all: readonly NamedPartner[]; close: () => void };

type Parts = {
  /** Has the settings of every kind besides. */
  settings: LimitSettings;
  metrics: Pick<Metrics, 'registry'>;
  clock: () => Date;
  kinds?: Kinds;
};

/** Opens every partner: an adapter, and a bulkhead and breakers of its own. */
export function openPartners({ settings, metrics, clock, kinds = PARTNERS }: Parts): Partners {
  const limits = callSettings(settings);
  const duration = new Histogram({
    name: 'ksbb_partner_call_seconds',
    help: 'Duration of a call to a partner, with the wait for a slot, by operation and result.',
    labelNames: ['partner', 'operation', 'result'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics.registry],
  });
  const all = Object.entries(kinds).map(([name, kind]) => {
    const opened = kind.open(name, settings as never, {
      limits,
      observe: ({ operation, result, seconds }) => duration.observe({ partner: name, operation, result }, seconds),
      clock,
    });
    return { name, ...opened };
  });
  exposeStates(all, metrics);
  return {
    all,
    close: () => {
      for (const { caller } of all) caller.close();
    },
  };
}
