import { type BuiltService, createHttpApp, type Log, type Metrics } from '@ksbb/service-kit';
import { Counter } from 'prom-client';
import { contractRoutes } from './admin/contracts.ts';
import { deliveryRoutes } from './admin/deliveries.ts';
import { faultRoutes } from './admin/faults.ts';
import { repaymentRoutes } from './admin/repayments.ts';
import { writeOffRoute } from './admin/write-offs.ts';
import { amanahCallbacks } from './amanah/callback-wire.ts';
import { amanahRoutes } from './amanah/routes.ts';
import { createAlarm } from './callbacks/alarm.ts';
import { createWorker } from './callbacks/worker.ts';
import { eContractRoutes } from './e-contract/routes.ts';
import { lumbungCallbacks } from './lumbung/callback-wire.ts';
import { lumbungRoutes } from './lumbung/routes.ts';
import { randomIds } from './partner/new-ids.ts';
import { scenarioRoute } from './scenarios/route.ts';
import type { Settings } from './settings.ts';
import { createContractStore } from './stores/contracts.ts';
import { createDatabase, isDatabaseAway } from './stores/database.ts';
import { createExternalIds } from './stores/external-ids.ts';
import { createFaultStore } from './stores/faults.ts';
import { createFeed } from './stores/feed.ts';
import { createIdempotencyKeys } from './stores/idempotency-keys.ts';
import { createWebhookStore } from './stores/webhooks.ts';
import { webhookRoutes } from './webhooks/routes.ts';

const SERVICE = 'fintech-sandbox';

export type SandboxApp = BuiltService & {
  /** Begins to work; resolves once the database is there, however long that takes. */
  start: () => Promise<void>;
};

type AppParts = { settings: Settings; log: Log; metrics: Metrics; clock?: () => Date };

function attemptCounter({ registry }: Metrics) {
  return new Counter({
    name: 'sandbox_callback_attempts_total',
    help: 'Attempts to call back, by partner and what became of the delivery.',
    labelNames: ['partner', 'outcome'] as const,
    registers: [registry],
  });
}

/** Wires the service; starts nothing. */
export function createApp({ settings, log, metrics, clock = () => new Date() }: AppParts): SandboxApp {
  const attempts = attemptCounter(metrics);
  const database = createDatabase(settings.MONGODB_URI, log);
  const alarm = createAlarm(clock);
  const contracts = createContractStore(database.connection, alarm.setFor);
  const faults = createFaultStore(database.connection);
  const keys = createIdempotencyKeys(database.connection);
  const externalIds = createExternalIds(database.connection);
  const feed = createFeed(database.connection);
  const newIds = randomIds();
  const wires = { amanah: amanahCallbacks(settings), lumbung: lumbungCallbacks(settings) };
  const {
    ADMIN_TOKEN: adminToken,
    PUBLIC_URL: publicUrl,
    DISBURSE_AFTER_MS: disburseAfterMs,
    CALLBACK_RETRY_BASE_MS: retryBaseMs,
    MONTH_MS: payEveryMs,
  } = settings;

  const worker = createWorker({
    contracts,
    feed,
    wires,
    clock,
    retryBaseMs,
    payEveryMs,
    alarm,
    log,
    onAttempt: (partner, outcome) => attempts.inc({ partner, outcome }),
    sweep: async (now) => {
      await keys.sweep(now);
      await externalIds.sweep(now);
    },
  });
  const parts = { contracts, faults, keys, externalIds, feed, clock, newIds, disburseAfterMs, settings };
  const app = createHttpApp({
    service: SERVICE,
    log,
    metrics,
    isUnavailable: isDatabaseAway,
    routes: [
      ...amanahRoutes(parts),
      ...lumbungRoutes(parts),
      ...eContractRoutes(parts),
      ...repaymentRoutes({ ...parts, adminToken }),
      writeOffRoute({ ...parts, adminToken }),
      ...faultRoutes({ ...parts, adminToken }),
      scenarioRoute({ ...parts, adminToken }),
      ...webhookRoutes({ webhooks: createWebhookStore(database.connection), clock, adminToken }),
      ...contractRoutes({ contracts, publicUrl, adminToken }),
      ...deliveryRoutes({ contracts, wires, adminToken }),
    ],
  });

  return {
    app,
    ready: { database: database.isReady },
    start: async () => {
      await database.connect();
      worker.start();
    },
    close: async () => {
      await worker.stop();
      await database.close();
    },
  };
}
