import { createRelay, type Database, isDatabaseUnavailable } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { buildEventService, type BuiltService, type ServiceParts } from '@ksbb/service-kit';
import { openGazetteer } from './gazetteer.ts';
import { keepCurrent } from './map-index/keep-current.ts';
import { createMapIndex } from './map-index/map-index.ts';
import { mapRoutes } from './map-routes.ts';
import { msmeRoutes } from './msme-routes.ts';
import type { Settings } from './settings.ts';
import { openCoverageStore, openMsmeStores } from './stores.ts';
import { subscriptions } from './subscriptions.ts';

type Parts = ServiceParts<Pick<Settings, 'OPERATOR_TOKEN'>> & { database: Database; bus: Bus };

/** The only wiring of the service. The map index is filled when it resolves. Does not listen. */
export async function createApp(parts: Parts): Promise<BuiltService> {
  const { database, bus, log, metrics, clock } = parts;
  const relay = createRelay({ publisher: bus, log, clock, registry: metrics.registry });
  const msmes = await openMsmeStores({ connection: database.connection, relay, clock });
  const coverage = await openCoverageStore(database.connection);
  const gazetteer = await openGazetteer();
  const index = createMapIndex();

  bus.subscribe(subscriptions, { coverage });
  relay.start();
  await keepCurrent({ bus, index, msmes, coverage, log });

  return buildEventService({
    ...parts,
    service: 'msme-registry',
    routes: [...mapRoutes({ index, gazetteer }), ...msmeRoutes({ msmes, coverage, index, gazetteer, clock })],
    relay,
    isUnavailable: isDatabaseUnavailable,
  });
}
