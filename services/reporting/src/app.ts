import { type Database, isDatabaseUnavailable } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { type BuiltService, createHttpApp, deadLetterRoutes, type Log, type Metrics } from '@ksbb/service-kit';
import { listEvents } from './list-events/route.ts';
import { listLoans } from './list-loans/route.ts';
import type { Settings } from './settings.ts';
import { showLoan } from './show-loan/route.ts';
import { showTimeline } from './show-timeline/route.ts';
import { showTotals } from './show-totals/route.ts';
import { openReadModels } from './stores/read-models.ts';
import { subscriptions } from './subscriptions.ts';
import { createCached } from './totals/cached.ts';
import { readTotals } from './totals/read-totals.ts';

const TOTALS_MAX_AGE_MS = 1_000;

type Parts = {
  settings: Pick<Settings, 'OPERATOR_TOKEN'>;
  database: Database;
  bus: Bus;
  log: Log;
  metrics: Metrics;
  clock: () => Date;
};

/** Wires the service: its read models, its routes, its reactions to events. It does not listen. */
export function createApp({ settings, database, bus, log, metrics, clock }: Parts): BuiltService {
  const models = openReadModels(database.connection);
  const currentTotals = createCached(() => readTotals(models, clock), { maxAgeMs: TOTALS_MAX_AGE_MS });
  const app = createHttpApp({
    service: 'reporting',
    routes: [
      showTotals({ currentTotals }),
      showTimeline(models),
      listLoans(models),
      showLoan(models),
      listEvents(models),
      ...deadLetterRoutes({ deadLetters: bus.deadLetters, operatorToken: settings.OPERATOR_TOKEN }),
    ],
    log,
    metrics,
    isUnavailable: isDatabaseUnavailable,
  });
  bus.subscribe(subscriptions, models);
  return {
    app,
    ready: { database: database.ready, broker: bus.ready },
    close: async () => {
      await bus.stopConsuming();
      await bus.close();
      await database.close();
    },
  };
}
