import { isDatabaseUnavailable, openDatabase } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { createLog, createMetrics, runService, settingsOrExit } from '@ksbb/service-kit';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';

const service = 'fintech-gateway';
const settings = settingsOrExit(settingsSchema);
const log = createLog(service, settings.LOG_LEVEL);
const metrics = createMetrics(service);

await runService({
  service,
  settings,
  log,
  metrics,
  build: async () => {
    const database = await openDatabase(settings.MONGODB_URI, log);
    const bus = createBus({
      url: settings.AMQP_URL,
      service,
      log,
      registry: metrics.registry,
      isDependencyDown: isDatabaseUnavailable,
    });
    return createApp({ settings, database, bus, log, metrics, clock: () => new Date() });
  },
});
