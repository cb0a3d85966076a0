import { createLog, createMetrics, parseSettings, runService } from '@ksbb/service-kit';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';

const settings = parseSettings(settingsSchema);
const log = createLog('fintech-sandbox', settings.LOG_LEVEL);
const metrics = createMetrics('fintech-sandbox');

await runService({
  service: 'fintech-sandbox',
  settings,
  log,
  metrics,
  build: async () => {
    const sandbox = createApp({ settings, log, metrics });
    await sandbox.start();
    return sandbox;
  },
});
