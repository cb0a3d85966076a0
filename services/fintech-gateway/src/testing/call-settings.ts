import type { CallSettings } from '../partners/call.ts';

/** A short time limit, and a breaker that stays out of the way. */
export const patientCalls: CallSettings = {
  timeoutMs: 3_000,
  breaker: {
    volume: 1_000,
    errorPercentage: 99,
    windowMs: 60_000,
    buckets: 12,
    resetMs: 60_000,
    rampMs: 0,
    rampLimit: 2,
  },
  bulkhead: { inFlight: 20, waiting: 50, waitMs: 1_000 },
};
