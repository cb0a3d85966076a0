import { isDatabaseUnavailable, openDatabase } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { createLog, createMetrics, runService, settingsOrExit } from '@ksbb/service-kit';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';

const SERVICE = 'msme-registry';

const settings = settingsOrExit(settingsSchema);
const log = createLog(SERVICE, settings.LOG_LEVEL);
const metrics = createMetrics(SERVICE);

await runService({
  service: SERVICE,
  settings,
  log,
  metrics,
  build: async () => {
    const database = await openDatabase(settings.MONGODB_URI, log);
    const bus = createBus({
      url: settings.AMQP_URL,
      service: SERVICE,
      log,
      registry: metrics.registry,
      isDependencyDown: isDatabaseUnavailable,
    });
    return createApp({ settings, database, bus, log, metrics, clock: () => new Date() });
  },
});
