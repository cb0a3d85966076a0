import { createRelay, type Database, isDatabaseUnavailable } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { type BuiltService, createHttpApp, deadLetterRoutes, type Log, type Metrics } from '@ksbb/service-kit';
import { openGazetteer } from './geography/gazetteer.ts';
import { keepCurrent } from './map-index/keep-current.ts';
import { createMapIndex } from './map-index/map-index.ts';
import { readAll } from './map-index/read-all.ts';
import { routes } from './routes.ts';
import type { Settings } from './settings.ts';
import { openCoverageStore } from './stores/coverage-store.ts';
import { openMsmeStores } from './stores/msme-stores.ts';
import { subscriptions } from './subscriptions.ts';

type Parts = {
  settings: Pick<Settings, 'OPERATOR_TOKEN'>;
  database: Database;
  bus: Bus;
  log: Log;
  metrics: Metrics;
  clock: () => Date;
};

/** The only wiring of the service. It has read its map index when it resolves. */
export async function createApp({ settings, database, bus, log, metrics, clock }: Parts): Promise<BuiltService> {
  const relay = createRelay({ publisher: bus, log, clock, registry: metrics.registry });
  const msmes = await openMsmeStores({ connection: database.connection, relay, clock });
  const coverage = openCoverageStore(database.connection);
  const gazetteer = await openGazetteer();
  const index = createMapIndex();

  bus.subscribe(subscriptions, { coverage });
  relay.start();
  await keepCurrent({ bus, index, read: () => readAll({ index, msmes, coverage, log }) });

  const app = createHttpApp({
    service: 'msme-registry',
    routes: [
      ...routes({ msmes, coverage, index, gazetteer, clock, operatorToken: settings.OPERATOR_TOKEN }),
      ...deadLetterRoutes({ deadLetters: bus.deadLetters, operatorToken: settings.OPERATOR_TOKEN }),
    ],
    log,
    metrics,
    isUnavailable: isDatabaseUnavailable,
  });
  return {
    app,
    ready: { database: database.ready, broker: bus.ready },
    close: async () => {
      await bus.stopConsuming();
      await relay.close();
      await bus.close();
      await database.close();
    },
  };
}
