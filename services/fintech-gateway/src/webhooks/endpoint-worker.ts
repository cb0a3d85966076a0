import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';
import { afterFailure, type Health, healthy, pauseAfter, shouldDisable } from './delivery-policy.ts';
import type { PendingDelivery, WebhookOutbox } from './outbox.ts';
import type { AttemptResult, Send } from './send.ts';
import type { DueDelivery, WebhookDeliveries } from './stores/deliveries.ts';
import { activeSecrets, type Endpoint, type WebhookEndpoints } from './stores/endpoints.ts';
import type { WebhookMessage, WebhookMessages } from './stores/messages.ts';

export type WorkerSettings = {
  /** Deliveries to one endpoint at once, and in a second. */
  atOnce: number;
  perSecond: number;
  leaseMs: number;
  steps: readonly number[];
};

export type WorkerParts = {
  endpoints: WebhookEndpoints;
  messages: WebhookMessages;
  deliveries: WebhookDeliveries;
  outbox: WebhookOutbox;
  send: Send;
  settings: WorkerSettings;
  onAttempt: (result: AttemptResult['is'] | 'exhausted') => void;
  clock: () => Date;
  log: Log;
};

const BATCH = 200;
/** An idle worker keeps its lease for this time, which is shorter than the pause between two ticks of a dispatcher. */
const LINGER_MS = 100;

/** Spaces calls evenly, so that no second has more of them than it may. */
function createRateLimiter(perSecond: number): () => Promise<void> {
  const apart = 1_000 / perSecond;
  let nextAt = 0;
  return async () => {
    const now = performance.now();
    const at = Math.max(now, nextAt);
    nextAt = at + apart;
    if (at - now >= 1) await sleep(at - now);
  };
}

export type EndpointWorker = {
  /** Has the worker look in the database for what is due. False where the worker has ended. */
  notify: () => boolean;
  /** Gives the worker a new delivery, which saves a query. False where the worker has ended. */
  enqueue: (pending: PendingDelivery) => boolean;
  done: Promise<void>;
};

/**
 * Delivers to one endpoint until nothing is due for it, it is disabled, its lease is lost, or `stopping` is aborted;
 * then finishes the calls that are in flight.
 */
export function createEndpointWorker(
  endpointId: string,
  holder: string,
  stopping: AbortSignal,
  parts: WorkerParts,
): EndpointWorker {
  const { endpoints, messages, deliveries, outbox, send, settings, onAttempt, clock, log } = parts;
  const inFlight = new Map<string, Promise<void>>();
  const withinRate = createRateLimiter(settings.perSecond);
  const queue: PendingDelivery[] = [];
  let hasEnded = false;
  /** There may be something due that is not in the queue. */
  let mayHaveMore = true;
  let health: Health = healthy;
  let notified = Promise.withResolvers<void>();

  const lease = () => endpoints.lease(endpointId, holder, clock(), settings.leaseMs);

  async function disable({ partner, url }: Endpoint, reason: 'gone' | 'failing'): Promise<void> {
    hasEnded = true;
    const now = clock();
    if (!(await endpoints.disable(endpointId, reason, now))) return;
    await deliveries.hold(endpointId);
    log.error({ partner, endpointId, reason }, 'an endpoint of a partner is disabled');
    const at = now.toISOString();
    const data = { endpointId, url, reason, disabledAt: at };
    await outbox.notify({ partner, eventType: 'endpoint-disabled', key: `${endpointId}:disabled:${at}`, at, data });
  }

  async function updateHealth(endpoint: Endpoint, result: AttemptResult['is']): Promise<void> {
    if (result === 'delivered' && health.failures === 0) return;
    health = result === 'delivered' ? healthy : afterFailure(health, clock());
    await endpoints.setHealth(endpointId, health);
    if (result === 'gone') await disable(endpoint, 'gone');
    else if (shouldDisable(health, clock())) await disable(endpoint, 'failing');
  }

  async function settle({ deliveryId, tries }: DueDelivery, result: AttemptResult): Promise<void> {
    const { attempt, is, retryAfterMs } = result;
    const now = clock();
    if (is === 'delivered') return deliveries.settle(deliveryId, attempt, { state: 'delivered', tries, dueAt: now });
    const pause = pauseAfter(tries + 1, retryAfterMs, settings.steps, Math.random());
    const state = is === 'gone' ? 'held' : pause === null ? 'exhausted' : 'pending';
    if (state === 'exhausted') onAttempt('exhausted');
    const dueAt = new Date(now.getTime() + (pause ?? 0));
    await deliveries.settle(deliveryId, attempt, { state, tries: tries + 1, dueAt });
  }

  async function deliver(endpoint: Endpoint, { due, message }: PendingDelivery): Promise<void> {
    const now = clock();
    const { messageId, payload } = message;
    const result = await send({ messageId, payload, url: endpoint.url, secrets: activeSecrets(endpoint, now) }, now);
    onAttempt(result.is);
    await settle(due, result);
    await updateHealth(endpoint, result.is);
  }

  async function startNext(endpoint: Endpoint): Promise<void> {
    const next = queue.shift();
    if (next === undefined) return;
    await withinRate();
    const work: Promise<void> = deliver(endpoint, next)
      .catch((error) => {
        hasEnded = true;
        log.warn({ err: error, endpointId }, 'an attempt to deliver a webhook could not be recorded; it is sent again');
      })
      .finally(() => inFlight.delete(next.due.deliveryId));
    inFlight.set(next.due.deliveryId, work);
  }

  async function refill(): Promise<void> {
    mayHaveMore = false;
    // As of now: a call that ends while the query runs may still be among its results.
    const busy = new Set(inFlight.keys());
    const all = await deliveries.due(endpointId, clock(), BATCH + busy.size);
    const found = all.filter(({ deliveryId }) => !busy.has(deliveryId));
    const known =
      found.length === 0
        ? new Map<string, WebhookMessage>()
        : await messages.many(found.map(({ messageId }) => messageId));
    // What was enqueued while the query ran may be among its results, too.
    const queued = new Set(queue.map(({ due }) => due.deliveryId));
    for (const due of found) {
      const message = known.get(due.messageId);
      if (message !== undefined && !queued.has(due.deliveryId)) queue.push({ due, message });
    }
    mayHaveMore ||= found.length >= BATCH && queue.length > 0;
  }

  /** Resolves when a call ends, the worker is notified, or `timeoutMs` is over. */
  async function untilChange(timeoutMs?: number): Promise<void> {
    notified = Promise.withResolvers<void>();
    const timeout = new AbortController();
    const timedOut =
      timeoutMs === undefined ? [] : [sleep(timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined)];
    await Promise.race([...inFlight.values(), notified.promise, ...timedOut]);
    timeout.abort();
  }

  /** Refills the queue, starts a call, or waits for a change. False where the worker was idle for LINGER_MS. */
  async function step(endpoint: Endpoint): Promise<boolean> {
    if (queue.length === 0 && mayHaveMore) await refill();
    else if (queue.length === 0 && inFlight.size === 0) {
      await untilChange(LINGER_MS);
      return queue.length > 0 || mayHaveMore;
    } else if (queue.length === 0 || inFlight.size >= settings.atOnce) await untilChange();
    else await startNext(endpoint);
    return true;
  }

  async function run(): Promise<void> {
    let endpoint = await lease();
    if (endpoint === null) {
      hasEnded = true;
      const known = await endpoints.find(endpointId);
      // A process that died may have disabled or removed it without holding what is pending.
      if (known === null || known.disabled !== null) await deliveries.hold(endpointId);
      return;
    }
    health = endpoint.health;
    let leasedAt = performance.now();
    try {
      while (!hasEnded && !stopping.aborted && endpoint !== null) {
        if (!(await step(endpoint))) break;
        if (performance.now() - leasedAt <= settings.leaseMs / 3) continue;
        endpoint = await lease();
        leasedAt = performance.now();
      }
    } finally {
      hasEnded = true;
      await Promise.all(inFlight.values());
      await endpoints.release(endpointId, holder);
    }
  }

  return {
    notify: () => {
      mayHaveMore = true;
      notified.resolve();
      return !hasEnded;
    },
    enqueue: (pending) => {
      if (hasEnded) return false;
      // What is due in the database is older and goes first. This delivery is found there later.
      if (mayHaveMore || queue.length >= BATCH) mayHaveMore = true;
      else queue.push(pending);
      notified.resolve();
      return true;
    },
    done: run(),
  };
}
