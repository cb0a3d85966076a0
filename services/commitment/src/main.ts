import { isDatabaseUnavailable, openDatabase } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { createLog, createMetrics, runService, settingsOrExit } from '@ksbb/service-kit';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';

const settings = settingsOrExit(settingsSchema);
const log = createLog('commitment', settings.LOG_LEVEL);
const metrics = createMetrics('commitment');

await runService({
  service: 'commitment',
  settings,
  log,
  metrics,
  build: async () => {
    const database = await openDatabase(settings.MONGODB_URI, log);
    const bus = createBus({
      url: settings.AMQP_URL,
      service: 'commitment',
      log,
      registry: metrics.registry,
      isDependencyDown: isDatabaseUnavailable,
    });
    return createApp({ settings, database, bus, log, metrics, clock: () => new Date() });
  },
});
