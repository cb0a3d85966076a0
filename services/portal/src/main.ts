import { createLog, createMetrics, runService, settingsOrExit } from '@ksbb/service-kit';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';

const settings = settingsOrExit(settingsSchema);
const log = createLog('portal', settings.LOG_LEVEL);
const metrics = createMetrics('portal');
await runService({
  service: 'portal',
  settings,
  log,
  metrics,
  build: async () => createApp({ settings, log, metrics }),
});
