import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';
import type { WebhookDeliveries } from './stores/deliveries.ts';
import { activeSecrets, type Endpoint, type WebhookEndpoints } from './stores/endpoints.ts';
import type { Message, WebhookMessages } from './stores/messages.ts';
import type { WebhookOutbox } from './outbox.ts';
import { afterFailure, type Health, isGivenUp, wellHealth } from './health.ts';
import { pauseAfter } from './retry-schedule.ts';
import type { Outcome, Send } from './send.ts';
import type { Due, Waiting } from './pending-delivery.ts';

export type LaneSettings = {
  /** Deliveries to one endpoint at once, and in a second. */
  atOnce: number;
  perSecond: number;
  leaseMs: number;
  steps: readonly number[];
};

export type DispatcherParts = {
  endpoints: WebhookEndpoints;
  messages: WebhookMessages;
  deliveries: WebhookDeliveries;
  outbox: WebhookOutbox;
  send: Send;
  settings: LaneSettings;
  onAttempt: (is: 'delivered' | 'failed' | 'gone' | 'exhausted') => void;
  clock: () => Date;
  log: Log;
};

const BATCH = 200;
/** So long a lane with nothing to do keeps its endpoint: shorter than what another replica waits between two looks. */
const LINGER_MS = 100;

/** Keeps calls apart by so much that no second has more of them than it may. */
function createPace(perSecond: number): () => Promise<void> {
  const apart = 1_000 / perSecond;
  let nextAt = 0;
  return async () => {
    const now = performance.now();
    const at = Math.max(now, nextAt);
    nextAt = at + apart;
    if (at - now >= 1) await sleep(at - now);
  };
}

export type Lane = {
  /** There may be more to send: look now, also while calls are in hand. Answers false where the lane is over. */
  wake: () => boolean;
  /** Hands over a delivery that was just kept, so that it need not be looked up. One that is not taken is found by looking. */
  offer: (waiting: Waiting) => boolean;
  done: Promise<void>;
};

/**
 * Delivers to one endpoint until nothing is due for it, it is disabled, its lease is lost to another, or `stopping` is
 * aborted; then finishes what is in hand.
 */
export function createLane(endpointId: string, holder: string, stopping: AbortSignal, parts: DispatcherParts): Lane {
  const { endpoints, messages, deliveries, outbox, send, settings, onAttempt, clock, log } = parts;
  const inHand = new Map<string, Promise<void>>();
  const pace = createPace(settings.perSecond);
  const queue: Waiting[] = [];
  let isOver = false;
  /** There may be something due that is not in the queue. */
  let mayHaveMore = true;
  let health: Health = wellHealth;
  let woken = Promise.withResolvers<void>();

  const lease = () => endpoints.lease(endpointId, holder, clock(), settings.leaseMs);

  async function giveUp(endpoint: Endpoint, reason: 'gone' | 'failing'): Promise<void> {
    isOver = true;
    const at = clock();
    if (!(await endpoints.disable(endpointId, reason, at))) return;
    await deliveries.hold(endpointId);
    const { partner, url } = endpoint;
    log.error({ partner, endpointId, reason }, 'an endpoint of a partner is sent nothing more');
    const data = { endpointId, url, reason, disabledAt: at.toISOString() };
    await outbox.tell({
      partner,
      eventType: 'endpoint-disabled',
      key: `${endpointId}:disabled:${at.toISOString()}`,
      at: at.toISOString(),
      data,
    });
  }

  async function noteHealth(endpoint: Endpoint, is: Outcome['is']): Promise<void> {
    if (is === 'delivered' && health.failures === 0) return;
    health = is === 'delivered' ? wellHealth : afterFailure(health, clock());
    await endpoints.setHealth(endpointId, health);
    if (is === 'gone') await giveUp(endpoint, 'gone');
    else if (isGivenUp(health, clock())) await giveUp(endpoint, 'failing');
  }

  async function settle({ deliveryId, tries }: Due, { attempt, is, retryAfterMs }: Outcome): Promise<void> {
    const now = clock();
    if (is === 'delivered') return deliveries.settle(deliveryId, attempt, { state: 'delivered', tries, dueAt: now });
    const pause = pauseAfter(tries + 1, retryAfterMs, settings.steps, Math.random());
    const next = is === 'gone' ? 'held' : pause === null ? 'exhausted' : 'pending';
    if (next === 'exhausted') onAttempt('exhausted');
    await deliveries.settle(deliveryId, attempt, {
      state: next,
      tries: tries + 1,
      dueAt: new Date(now.getTime() + (pause ?? 0)),
    });
  }

  async function deliver(endpoint: Endpoint, due: Due, { messageId, payload }: Message): Promise<void> {
    const now = clock();
    const outcome = await send({ messageId, payload, url: endpoint.url, secrets: activeSecrets(endpoint, now) }, now);
    onAttempt(outcome.is);
    await settle(due, outcome);
    await noteHealth(endpoint, outcome.is);
  }

  async function refill(): Promise<void> {
    mayHaveMore = false;
    // As it was when the question was asked: one that ends meanwhile may still be among the answers.
    const busy = new Set(inHand.keys());
    const found = (await deliveries.due(endpointId, clock(), BATCH + busy.size)).filter(
      ({ deliveryId }) => !busy.has(deliveryId),
    );
    const known =
      found.length === 0 ? new Map<string, Message>() : await messages.many(found.map(({ messageId }) => messageId));
    // What was handed over meanwhile may be among the answers, too.
    const handedOver = new Set(queue.map(({ due }) => due.deliveryId));
    for (const due of found) {
      const message = known.get(due.messageId);
      if (message !== undefined && !handedOver.has(due.deliveryId)) queue.push({ due, message });
    }
    mayHaveMore ||= found.length >= BATCH && queue.length > 0;
  }

  /** Until one of the calls in hand has ended, there is something new, or `waitMs` are over. */
  async function somethingHappens(waitMs?: number): Promise<void> {
    woken = Promise.withResolvers<void>();
    const patience = new AbortController();
    const idle =
      waitMs === undefined ? [] : [sleep(waitMs, undefined, { signal: patience.signal }).catch(() => undefined)];
    await Promise.race([...inHand.values(), woken.promise, ...idle]);
    patience.abort();
  }

  async function run(): Promise<void> {
    let endpoint = await lease();
    if (endpoint === null) {
      isOver = true;
      const known = await endpoints.find(endpointId);
      // Disabled or removed by whoever died before holding what waits.
      if (known === null || known.disabled !== null) await deliveries.hold(endpointId);
      return;
    }
    health = endpoint.health;
    let leasedAt = performance.now();

    try {
      while (!isOver && !stopping.aborted) {
        if (performance.now() - leasedAt > settings.leaseMs / 3) {
          endpoint = await lease();
          leasedAt = performance.now();
          if (endpoint === null) break;
        }
        if (queue.length === 0 && mayHaveMore) {
          await refill();
          continue;
        }
        if (queue.length === 0 && inHand.size === 0) {
          await somethingHappens(LINGER_MS);
          if (queue.length === 0 && !mayHaveMore) break;
          continue;
        }
        if (queue.length === 0 || inHand.size >= settings.atOnce) {
          await somethingHappens();
          continue;
        }
        const next = queue.shift() as Waiting;
        await pace();
        const work: Promise<void> = deliver(endpoint, next.due, next.message)
          .catch((error) => {
            isOver = true;
            log.warn({ err: error, endpointId }, 'a webhook could not be written down; it is sent again');
          })
          .finally(() => inHand.delete(next.due.deliveryId));
        inHand.set(next.due.deliveryId, work);
      }
    } finally {
      isOver = true;
      await Promise.all(inHand.values());
      await endpoints.release(endpointId, holder);
    }
  }

  return {
    wake: () => {
      mayHaveMore = true;
      woken.resolve();
      return !isOver;
    },
    offer: (waiting) => {
      if (isOver) return false;
      // Behind what waits longer: it is looked up in its turn.
      if (mayHaveMore || queue.length >= BATCH) mayHaveMore = true;
      else queue.push(waiting);
      woken.resolve();
      return true;
    },
    done: run(),
  };
}
