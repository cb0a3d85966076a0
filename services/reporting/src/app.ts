import { type Database, isDatabaseUnavailable } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { buildEventService, type BuiltService, type ServiceParts } from '@ksbb/service-kit';
import { reportRoutes } from './routes.ts';
import type { Settings } from './settings.ts';
import { openReadModels } from './stores.ts';
import { subscriptions } from './subscriptions.ts';
import { currentTotals } from './totals/current-totals.ts';

type Parts = ServiceParts<Pick<Settings, 'OPERATOR_TOKEN'>> & { database: Database; bus: Bus };

/** Wires the service: its read models, its routes, its reactions to events. It does not listen. */
export async function createApp(parts: Parts): Promise<BuiltService> {
  const models = await openReadModels(parts.database.connection);
  parts.bus.subscribe(subscriptions, models);
  return buildEventService({
    ...parts,
    service: 'reporting',
    routes: reportRoutes({ ...models, totals: currentTotals(models, parts.clock) }),
    isUnavailable: isDatabaseUnavailable,
  });
}
