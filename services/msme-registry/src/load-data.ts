import { createRelay, isDatabaseUnavailable, openDatabase } from '@ksbb/document-store';
import { createBus } from '@ksbb/messaging';
import { createLog, createMetrics, settingsOrExit } from '@ksbb/service-kit';
import { load } from './load-data/load.ts';
import { parseOptions, UsageError } from './load-data/options.ts';
import { loadSettingsSchema } from './settings.ts';
import { openMsmeStores } from './stores/msme-stores.ts';

const SERVICE = 'msme-registry';
const EX_USAGE = 64;
const TELL_EVERY_MS = 2_000;

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
try {
  await bus.started();
  const msmes = await openMsmeStores({ connection: database.connection, relay, clock });
  let told = performance.now();
  const created = await load(options.msmes, {
    msmes,
    relay,
    connected: bus.connected,
    clock,
    onProgress: ({ done, of }) => {
      if (performance.now() - told < TELL_EVERY_MS) return;
      told = performance.now();
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
