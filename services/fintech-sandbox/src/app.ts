import { type Database, isDatabaseUnavailable } from '@ksbb/document-store';
import { bearerAuthenticator, type BuiltService, createHttpApp, type ServiceParts } from '@ksbb/service-kit';
import { Counter } from 'prom-client';
import { contractRoutes } from './admin/contracts.ts';
import { faultRoutes } from './admin/faults.ts';
import { repaymentRoutes } from './admin/repayments.ts';
import { webhookRoutes } from './admin/webhooks.ts';
import { amanahRoutes } from './amanah/routes.ts';
import { amanahCallbacks } from './amanah/signature.ts';
import { createWorker } from './callbacks/worker.ts';
import { eContractRoutes } from './e-contract/routes.ts';
import { lumbungRoutes } from './lumbung/routes.ts';
import { lumbungCallbacks } from './lumbung/signature.ts';
import type { Settings } from './settings.ts';
import { openContracts } from './stores/contracts.ts';
import { openEventFeed } from './stores/event-feed.ts';
import { openFaults } from './stores/faults.ts';
import { openExternalIds, openIdempotencyKeys } from './stores/request-keys.ts';
import { openWebhooks } from './stores/webhooks.ts';

export type SandboxApp = BuiltService & { start: () => void };

type AppParts = ServiceParts<Settings> & { database: Database };

/** The only wiring of the service. Nothing runs before `start`. */
export async function createApp({ settings, database, log, metrics, clock }: AppParts): Promise<SandboxApp> {
  const { connection } = database;
  const attempts = new Counter({
    name: 'sandbox_callback_attempts_total',
    help: 'Attempts to call back, by partner and by the outcome of the delivery.',
    labelNames: ['partner', 'outcome'] as const,
    registers: [metrics.registry],
  });
  const contracts = await openContracts(connection, (at) => worker.scheduleAt(at));
  const keys = await openIdempotencyKeys(connection);
  const externalIds = await openExternalIds(connection);
  const feed = await openEventFeed(connection);
  const protocols = { amanah: amanahCallbacks(settings), lumbung: lumbungCallbacks(settings) };
  const worker = createWorker({
    contracts,
    feed,
    protocols,
    clock,
    retryBaseMs: settings.CALLBACK_RETRY_BASE_MS,
    payEveryMs: settings.MONTH_MS,
    log,
    onAttempt: (partner, outcome) => attempts.inc({ partner, outcome }),
    removeExpired: async (now) => {
      await keys.removeExpired(now);
      await externalIds.removeExpired(now);
    },
  });
  const parts = {
    settings,
    clock,
    contracts,
    faults: await openFaults(connection),
    webhooks: await openWebhooks(connection),
    keys,
    externalIds,
    feed,
    protocols,
    disburseAfterMs: settings.DISBURSE_AFTER_MS,
  };
  const app = createHttpApp({
    service: 'fintech-sandbox',
    log,
    metrics,
    isUnavailable: isDatabaseUnavailable,
    auth: { operator: bearerAuthenticator('operator', settings.ADMIN_TOKEN) },
    routes: [
      ...amanahRoutes(parts),
      ...lumbungRoutes(parts),
      ...eContractRoutes(parts),
      ...contractRoutes(parts),
      ...repaymentRoutes(parts),
      ...faultRoutes(parts),
      ...webhookRoutes(parts),
    ],
  });
  return {
    app,
    ready: { database: database.ready },
    start: worker.start,
    close: async () => {
      await worker.stop();
      await database.close();
    },
  };
}
