import { createRelay, isDatabaseUnavailable, openDatabase } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { createLog, createMetrics, settingsOrExit } from '@ksbb/service-kit';
import { loadMsmes, untilAvailable } from './load-data/load-msmes.ts';
import { parseOptions, UsageError } from './load-data/options.ts';
import { loadSettingsSchema } from './settings.ts';
import { openMsmeStores } from './stores.ts';

const SERVICE = 'msme-registry';
const EX_USAGE = 64;
const SAY_EVERY_MS = 2_000;

function optionsOrExit() {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_USAGE);
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`);

const options = optionsOrExit();
const settings = settingsOrExit(loadSettingsSchema);
const log = createLog(SERVICE, settings.LOG_LEVEL);
const clock = () => new Date();

const database = await openDatabase(settings.MONGODB_URI, log);
const { registry } = createMetrics(SERVICE);
const bus = createBus({
  url: settings.AMQP_URL,
  service: SERVICE,
  log,
  registry,
  isDependencyDown: isDatabaseUnavailable,
});
const relay = createRelay({ publisher: bus, log, clock, registry });
let saidAt = performance.now();
const onWait = (error: Error, pauseMs: number) =>
  say(`the database is not available (${error.message}); the next attempt is in ${Math.round(pauseMs / 1000)} s`);
try {
  await bus.started();
  const context = { connection: database.connection, relay, clock };
  const created = await loadMsmes(options.msmes, {
    msmes: await untilAvailable(() => openMsmeStores(context), { onWait }),
    relay,
    connected: bus.connected,
    clock,
    onWait,
    onProgress: ({ done, of }) => {
      if (performance.now() - saidAt < SAY_EVERY_MS) return;
      saidAt = performance.now();
      say(`${done} of ${of} MSMEs (${Math.floor((done / of) * 100)} %)`);
    },
  });
  say(`${created} MSMEs listed, and all events sent`);
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`the data could not be loaded: ${(error as Error).message}\n`);
} finally {
  await relay.close();
  await bus.close();
  await database.close();
}
