import { type Database, isDatabaseUnavailable } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import {
  bearerAuthenticator,
  type BuiltService,
  createHttpApp,
  deadLetterRoutes,
  type ServiceParts,
} from '@ksbb/service-kit';
import { reportRoutes } from './routes.ts';
import type { Settings } from './settings.ts';
import { openReadModels } from './stores.ts';
import { subscriptions } from './subscriptions.ts';
import { currentTotals } from './totals/current-totals.ts';

type Parts = ServiceParts<Pick<Settings, 'OPERATOR_TOKEN'>> & { database: Database; bus: Bus };

/** Wires the service: its read models, its routes, its reactions to events. It does not listen. */
export async function createApp({ settings, database, bus, log, metrics, clock }: Parts): Promise<BuiltService> {
  const models = await openReadModels(database.connection);
  const app = createHttpApp({
    service: 'reporting',
    auth: { operator: bearerAuthenticator('operator', settings.OPERATOR_TOKEN) },
    routes: [
      ...reportRoutes({ ...models, totals: currentTotals(models, clock) }),
      ...deadLetterRoutes({ deadLetters: bus.deadLetters }),
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
