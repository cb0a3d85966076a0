import CircuitBreaker from 'opossum';

/** What a finished call says about the partner. An `ignored` call neither opens nor closes the breaker. */
export type CallResult = 'success' | 'failure' | 'ignored';
export type BreakerState = 'closed' | 'half-open' | 'open';

/** The circuit breaker is open, so the call was not made. */
export class BreakerOpen extends Error {
  constructor(name: string) {
    super(`the breaker of ${name} is open`);
    this.name = 'BreakerOpen';
  }
}

export type BreakerSettings = {
  /** Below this number of finished calls in the window it never opens. */
  volume: number;
  /** It opens above this share of failures. */
  errorPercentage: number;
  windowMs: number;
  buckets: number;
  /** From opening to the first probe, 10 % more or less. */
  resetMs: number;
  /** After closing: how long at most `rampLimit` calls go at once. */
  rampMs: number;
  rampLimit: number;
};

export type Breaker = {
  /**
   * Makes the call where the breaker allows it, and counts its result.
   * @param classify says what the end of the call means; the call needs a timeout of its own
   * @throws BreakerOpen when the call is not made, or what the call throws
   */
  run: <T>(call: () => Promise<T>, classify: (end: PromiseSettledResult<T>) => CallResult) => Promise<T>;
  state: () => BreakerState;
  /** Ends its timers. */
  close: () => void;
};

const JITTER = 0.1;

async function settle<T>(call: () => Promise<T>): Promise<PromiseSettledResult<T>> {
  try {
    return { status: 'fulfilled', value: await call() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

/**
 * A circuit breaker with the window, thresholds and timers of opossum. The call itself is made outside of opossum,
 * which gets only its result; docs/adr/0012-opossum-counts-results.md says why.
 */
export function createBreaker(name: string, settings: BreakerSettings): Breaker {
  const opossum = new CircuitBreaker(
    async (isSuccess: boolean) => {
      if (!isSuccess) throw new Error('failure');
    },
    {
      name,
      timeout: false,
      volumeThreshold: settings.volume,
      errorThresholdPercentage: settings.errorPercentage,
      rollingCountTimeout: settings.windowMs,
      rollingCountBuckets: settings.buckets,
      resetTimeout: settings.resetMs * (1 + JITTER * (2 * Math.random() - 1)),
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
    },
  );
  /** Grows with each change of state. */
  let generation = 0;
  let inFlight = 0;
  let isProbing = false;
  let closedAt = -Infinity;
  const nextGeneration = () => {
    generation += 1;
    isProbing = false;
  };
  opossum.on('open', nextGeneration);
  opossum.on('halfOpen', nextGeneration);
  opossum.on('close', () => {
    nextGeneration();
    closedAt = performance.now();
  });

  function allowsCall(): boolean {
    if (opossum.opened) return false;
    if (opossum.halfOpen) return !isProbing;
    const isRamping = performance.now() - closedAt < settings.rampMs;
    return !isRamping || inFlight < settings.rampLimit;
  }

  return {
    run: async (call, classify) => {
      if (!allowsCall()) throw new BreakerOpen(name);
      const begunIn = generation;
      if (opossum.halfOpen) isProbing = true;
      inFlight += 1;
      const end = await settle(call);
      inFlight -= 1;
      const result = classify(end);
      // A call that began in an earlier generation says how the partner was then.
      if (result !== 'ignored' && generation === begunIn)
        await opossum.fire(result === 'success').catch(() => undefined);
      if (generation === begunIn) isProbing = false;
      if (end.status === 'rejected') throw end.reason;
      return end.value;
    },
    state: () => (opossum.opened ? 'open' : opossum.halfOpen ? 'half-open' : 'closed'),
    close: () => opossum.shutdown(),
  };
}
