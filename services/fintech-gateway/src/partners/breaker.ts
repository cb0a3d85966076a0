import CircuitBreaker from 'opossum';

/** How a finished call speaks of the other side: `neutral` neither opens nor closes. */
export type Verdict = 'good' | 'bad' | 'neutral';
export type BreakerState = 'closed' | 'half-open' | 'open';

/** The breaker let the call not through. It was not sent. */
export class BreakerOpen extends Error {
  constructor(name: string) {
    super(`the breaker of ${name} is open`);
    this.name = 'BreakerOpen';
  }
}

export type BreakerSettings = {
  /** Finished calls within the window below which it never opens. */
  volume: number;
  /** Opens above this share of bad ones. */
  errorPercentage: number;
  windowMs: number;
  buckets: number;
  /** From opening to the probe; jittered by a tenth up or down. */
  resetMs: number;
  /** After closing: how long at most `rampLimit` calls go at once. */
  rampMs: number;
  rampLimit: number;
};

export type Breaker = {
  /**
   * Makes the call where the breaker allows it, and learns from how it ends.
   * @param judge says what the end means; the call itself must settle by a timeout of its own
   * @throws BreakerOpen when it is not made, or what the call throws
   */
  run: <T>(call: () => Promise<T>, judge: (end: PromiseSettledResult<T>) => Verdict) => Promise<T>;
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
 * A circuit breaker on opossum's window, thresholds and timers. The call is made outside of opossum, which is told only of
 * ends that say something about the other side. Seen in opossum 10 and so avoided: what `errorFilter` lets through is a
 * success to it and closes a half-open breaker; so does a call from before the opening that succeeds late; its timeout
 * frees a slot of `capacity` while the call goes on; a rejection by `capacity` counts as a failure; one AbortController
 * aborts all calls and stays aborted; percentiles cost milliseconds a failing call.
 */
export function createBreaker(name: string, settings: BreakerSettings): Breaker {
  const jittered = () => settings.resetMs * (1 + JITTER * (2 * Math.random() - 1));
  const opossum = new CircuitBreaker(
    async (good: boolean) => {
      if (!good) throw new Error('bad');
    },
    {
      name,
      timeout: false,
      volumeThreshold: settings.volume,
      errorThresholdPercentage: settings.errorPercentage,
      rollingCountTimeout: settings.windowMs,
      rollingCountBuckets: settings.buckets,
      resetTimeout: jittered(),
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
    },
  );
  let era = 0;
  let inFlight = 0;
  let probing = false;
  let closedAt = -Infinity;
  const nextEra = () => {
    era += 1;
    probing = false;
  };
  opossum.on('open', nextEra);
  opossum.on('halfOpen', nextEra);
  opossum.on('close', () => {
    nextEra();
    closedAt = performance.now();
  });

  function allows(): boolean {
    if (opossum.opened) return false;
    if (opossum.halfOpen) return !probing;
    const recovering = performance.now() - closedAt < settings.rampMs;
    return !recovering || inFlight < settings.rampLimit;
  }

  async function learn(verdict: Verdict, began: number): Promise<void> {
    // An end from an earlier era speaks of how things were then.
    if (verdict === 'neutral' || era !== began) return;
    await opossum.fire(verdict === 'good').catch(() => undefined);
  }

  return {
    run: async (call, judge) => {
      if (!allows()) throw new BreakerOpen(name);
      const began = era;
      if (opossum.halfOpen) probing = true;
      inFlight += 1;
      const end = await settle(call);
      inFlight -= 1;
      await learn(judge(end), began);
      if (era === began) probing = false;
      if (end.status === 'rejected') throw end.reason;
      return end.value;
    },
    state: () => (opossum.opened ? 'open' : opossum.halfOpen ? 'half-open' : 'closed'),
    close: () => opossum.shutdown(),
  };
}
