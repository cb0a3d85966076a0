import { createRelay, type Database, isDatabaseUnavailable, openStore } from '@ksbb/document-store';
import type { Bus } from '@ksbb/messaging';
import { type BuiltService, createHttpApp, deadLetterRoutes, type Log, type Metrics } from '@ksbb/service-kit';
import { createAdmitDonor } from './access/capability.ts';
import { cancelTraining } from './cancel-training/route.ts';
import { holdTraining } from './hold-training/route.ts';
import { listTrainings } from './list-trainings/route.ts';
import { recordAttendance } from './record-attendance/route.ts';
import { reportTraining } from './report-training/route.ts';
import { scheduleTraining } from './schedule-training/route.ts';
import type { Settings } from './settings.ts';
import { showTraining } from './show-training/route.ts';
import { trainingStore } from './stores/trainings.ts';
import { subscriptions } from './subscriptions.ts';

type Parts = {
  settings: Pick<Settings, 'CAPABILITY_SECRET' | 'OPERATOR_TOKEN'>;
  database: Database;
  bus: Bus;
  log: Log;
  metrics: Metrics;
  clock: () => Date;
};

/** Wires the service: its store, its routes, its reactions to events. It does not listen. */
export async function createApp({ settings, database, bus, log, metrics, clock }: Parts): Promise<BuiltService> {
  const relay = createRelay({ publisher: bus, log, clock, registry: metrics.registry });
  const trainings = await openStore(trainingStore, { connection: database.connection, relay, clock });
  const deps = { trainings, admitDonor: createAdmitDonor(settings.CAPABILITY_SECRET, clock), clock };
  const app = createHttpApp({
    service: 'training',
    routes: [
      listTrainings(deps),
      showTraining(deps),
      scheduleTraining(deps),
      recordAttendance(deps),
      holdTraining(deps),
      reportTraining(deps),
      cancelTraining(deps),
      ...deadLetterRoutes({ deadLetters: bus.deadLetters, operatorToken: settings.OPERATOR_TOKEN }),
    ],
    log,
    metrics,
    isUnavailable: isDatabaseUnavailable,
  });
  bus.subscribe(subscriptions, { trainings, clock });
  relay.start();
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
