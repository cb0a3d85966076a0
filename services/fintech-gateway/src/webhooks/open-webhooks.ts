import type { Log, Route } from '@ksbb/service-kit';
import { startLoop } from '../loop/loop.ts';
import { credentialRoutes } from './api/credential-routes.ts';
import { deliveryRoutes } from './api/delivery-routes.ts';
import { endpointRoutes } from './api/endpoint-routes.ts';
import { createUrlCheck } from './api/endpoint-url.ts';
import type { Settings } from '../settings.ts';
import type { Stores } from '../stores/stores.ts';
import { createDispatcher } from './dispatcher.ts';
import { guardedAgents } from './guarded-agents.ts';
import type { DispatcherParts } from './endpoint-worker.ts';
import { createWebhookOutbox, type WebhookOutbox } from './outbox.ts';
import { createSend } from './send.ts';
import type { Offer } from './pending-delivery.ts';

export type Webhooks = {
  outbox: WebhookOutbox;
  /** The partner's own API, and the operators' for its credentials. */
  routes: Route[];
  close: () => Promise<void>;
};

type Parts = {
  settings: Settings;
  stores: Stores;
  onAttempt: DispatcherParts['onAttempt'];
  clock: () => Date;
  log: Log;
};

/** Longer than an attempt and its bookkeeping; a lane renews it long before. */
const LEASE_FACTOR = 2;
const LEAST_LEASE_MS = 30_000;
const KEPT_MS = 90 * 86_400_000;
const SWEEP_EVERY_MS = 3_600_000;

/** Wires webhooks out: what keeps them, what sends them, and what partners and operators may ask of them. */
export function openWebhooks({ settings, stores, onAttempt, clock, log }: Parts): Webhooks {
  const { webhookEndpoints: endpoints, webhookMessages: messages, webhookDeliveries: deliveries, credentials } = stores;
  const agents = guardedAgents({ allowLocal: settings.WEBHOOK_ALLOW_LOCAL });
  const send = createSend({ agents, timeoutMs: settings.WEBHOOK_TIMEOUT_MS });
  const nudge = () => loop.nudge();
  const offer: Offer = (endpointId, waiting) => dispatcher.offer(endpointId, waiting);
  const outbox = createWebhookOutbox({ endpoints, messages, deliveries, offer, nudge, clock });
  const lanes = {
    atOnce: settings.WEBHOOK_AT_ONCE,
    perSecond: settings.WEBHOOK_PER_SECOND,
    leaseMs: Math.max(LEAST_LEASE_MS, LEASE_FACTOR * settings.WEBHOOK_TIMEOUT_MS),
    steps: settings.WEBHOOK_STEPS_MS,
  };
  const dispatcher = createDispatcher({
    endpoints,
    messages,
    deliveries,
    outbox,
    send,
    settings: lanes,
    onAttempt,
    clock,
    log,
  });
  const loop = startLoop({ name: 'webhooks', everyMs: settings.WEBHOOK_POLL_MS, work: dispatcher.turn, log });
  const sweep = async () => {
    const before = new Date(clock().getTime() - KEPT_MS);
    await deliveries.sweep(before);
    await messages.sweep(before);
  };
  const sweeper = startLoop({ name: 'forget webhooks', everyMs: SWEEP_EVERY_MS, work: sweep, log });
  const parts = { credentials, endpoints, messages, deliveries, outbox, nudge, clock };
  return {
    outbox,
    routes: [
      ...endpointRoutes({ ...parts, checkUrl: createUrlCheck(settings.WEBHOOK_ALLOW_LOCAL) }),
      ...deliveryRoutes(parts),
      ...credentialRoutes({ credentials, operatorToken: settings.OPERATOR_TOKEN, clock }),
    ],
    close: async () => {
      await Promise.all([loop.close(), sweeper.close(), dispatcher.close()]);
      agents.close();
    },
  };
}
