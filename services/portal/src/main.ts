import { startService } from '@ksbb/service-kit';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';

await startService({
  service: 'portal',
  settings: settingsSchema,
  build: async ({ settings, log, metrics }) => createApp({ settings, log, metrics }),
});
