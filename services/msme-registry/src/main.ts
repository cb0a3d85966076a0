import { isDatabaseUnavailable, openDatabase } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { startService } from '@ksbb/service-kit';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';

await startService({
  service: 'msme-registry',
  settings: settingsSchema,
  build: async ({ service, settings, log, metrics, clock }) => {
    const database = await openDatabase(settings.MONGODB_URI, log);
    const bus = createBus({
      url: settings.AMQP_URL,
      service,
      log,
      registry: metrics.registry,
      isDependencyDown: isDatabaseUnavailable,
    });
    return createApp({ settings, database, bus, log, metrics, clock });
  },
});
