import { openDatabase } from '@ksbb/document-store';
import { startService } from '@ksbb/service-kit';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';

await startService({
  service: 'fintech-sandbox',
  settings: settingsSchema,
  build: async ({ settings, log, metrics, clock }) => {
    const database = await openDatabase(settings.MONGODB_URI, log);
    const sandbox = await createApp({ settings, database, log, metrics, clock });
    sandbox.start();
    return sandbox;
  },
});
