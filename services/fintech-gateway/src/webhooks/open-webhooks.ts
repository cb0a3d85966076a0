import type { Database } from '@ksbb/document-store';
import { type Log, type Metrics, type Route, startLoop } from '@ksbb/service-kit';
import { Counter } from 'prom-client';
import type { Settings } from '../settings.ts';
import { partnerAuth } from './api/authenticate.ts';
import { credentialRoutes } from './api/credential-routes.ts';
import { deliveryRoutes } from './api/delivery-routes.ts';
import { endpointRoutes } from './api/endpoint-routes.ts';
import { createUrlCheck } from './api/endpoint-url.ts';
import { createDispatcher } from './dispatcher.ts';
import { guardedAgents } from './guarded-agents.ts';
import { createWebhookOutbox, type Enqueue, type WebhookOutbox } from './outbox.ts';
import { createSend } from './send.ts';
import { openPartnerCredentials } from './stores/credentials.ts';
import { openWebhookDeliveries } from './stores/deliveries.ts';
import { openWebhookEndpoints } from './stores/endpoints.ts';
import { openWebhookMessages } from './stores/messages.ts';

export { eventType } from './event-types.ts';
export { PayloadTooLarge } from './outbox.ts';

/** Webhooks to partners: the API by which they manage their endpoints, and the delivery to these. */
export type Webhooks = {
  notify: WebhookOutbox['notify'];
  routes: Route[];
  close: () => Promise<void>;
};

type Parts = {
  settings: Settings;
  connection: Database['connection'];
  metrics: Pick<Metrics, 'registry'>;
  clock: () => Date;
  log: Log;
};

/** A lease is longer than an attempt and its record. A worker renews it long before it ends. */
const LEASE_FACTOR = 2;
const SHORTEST_LEASE_MS = 30_000;
const KEPT_MS = 90 * 86_400_000;
const SWEEP_EVERY_MS = 3_600_000;

export async function openWebhooks({ settings, connection, metrics, clock, log }: Parts): Promise<Webhooks> {
  const endpoints = await openWebhookEndpoints(connection);
  const messages = await openWebhookMessages(connection);
  const deliveries = await openWebhookDeliveries(connection);
  const credentials = await openPartnerCredentials(connection);
  const attempts = new Counter({
    name: 'ksbb_webhook_attempts_total',
    help: 'Attempts to deliver a webhook, by result. The last failed attempt of a delivery also counts as exhausted.',
    labelNames: ['result'],
    registers: [metrics.registry],
  });
  const agents = guardedAgents({ allowLocal: settings.WEBHOOK_ALLOW_LOCAL });
  const dispatch = () => loop.notify();
  const enqueue: Enqueue = (endpointId, pending) => dispatcher.enqueue(endpointId, pending);
  const outbox = createWebhookOutbox({ endpoints, messages, deliveries, enqueue, dispatch, clock });
  const dispatcher = createDispatcher({
    endpoints,
    messages,
    deliveries,
    outbox,
    send: createSend({ agents, timeoutMs: settings.WEBHOOK_TIMEOUT_MS }),
    settings: {
      atOnce: settings.WEBHOOK_AT_ONCE,
      perSecond: settings.WEBHOOK_PER_SECOND,
      leaseMs: Math.max(SHORTEST_LEASE_MS, LEASE_FACTOR * settings.WEBHOOK_TIMEOUT_MS),
      steps: settings.WEBHOOK_STEPS_MS,
    },
    onAttempt: (result) => attempts.inc({ result }),
    clock,
    log,
  });
  const sweep = async () => {
    const before = new Date(clock().getTime() - KEPT_MS);
    await deliveries.sweep(before);
    await messages.sweep(before);
  };
  const loop = startLoop({ name: 'webhooks', everyMs: settings.WEBHOOK_POLL_MS, tick: dispatcher.tick, log });
  const sweeper = startLoop({ name: 'sweep webhooks', everyMs: SWEEP_EVERY_MS, tick: sweep, log });
  const parts = { auth: partnerAuth(credentials), endpoints, messages, deliveries, outbox, dispatch, clock };
  return {
    notify: outbox.notify,
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
