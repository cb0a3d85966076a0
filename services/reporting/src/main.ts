import { isDatabaseUnavailable, openDatabase } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { createLog, createMetrics, runService, settingsOrExit } from '@ksbb/service-kit';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';

/** As many events as are kept by one write. */
const PREFETCH = 256;

const settings = settingsOrExit(settingsSchema);
const log = createLog('reporting', settings.LOG_LEVEL);
const metrics = createMetrics('reporting');

await runService({
  service: 'reporting',
  settings,
  log,
  metrics,
  build: async () => {
    const database = await openDatabase(settings.MONGODB_URI, log);
    const bus = createBus({
      url: settings.AMQP_URL,
      service: 'reporting',
      log,
      registry: metrics.registry,
      prefetch: PREFETCH,
      isDependencyDown: isDatabaseUnavailable,
    });
    return createApp({ settings, database, bus, log, metrics, clock: () => new Date() });
  },
});
