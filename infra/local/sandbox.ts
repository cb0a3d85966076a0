/**
 * `npm run sandbox [-- --port N] [-- --gateway URL] [-- --month SECONDS]`: the partners' sandbox alone, with a
 * database, until Ctrl-C. Prints everything needed to call it. `--gateway` is where it calls back,
 * http://127.0.0.1:8080 unless said. `--month` lets borrowers pay by themselves, a month in SECONDS.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { freePortOption, runCommand, type Command } from './command.ts';
import { SMALL_DATABASE } from './memory.ts';
import { startMongo } from './mongodb.ts';
import { startPlatform } from './platform.ts';
import { makeRunDirectory } from './run-directory.ts';
import { SERVICES } from './services.ts';

const show = (line: string) => void process.stdout.write(`${line}\n`);
const log = (text: string) => show(`[sandbox] ${text}`);

async function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8090' },
      gateway: { type: 'string', default: 'http://127.0.0.1:8080' },
      month: { type: 'string', default: '0' },
    },
  });
  const port = await freePortOption(values.port, 'npm run sandbox -- --port 8091');
  const month = Number(values.month);
  if (!(month >= 0 && month <= 86_400))
    throw new Error(`--month must be seconds from 0 to 86400, not "${values.month}"`);
  if (!URL.canParse(values.gateway))
    throw new Error(`--gateway must be an address such as http://127.0.0.1:8080, not "${values.gateway}"`);
  return { port, month, gateway: values.gateway.replace(/\/+$/, '') };
}

async function main(command: Command): Promise<number> {
  const { port, month, gateway } = await readOptions();
  const dir = makeRunDirectory('sandbox');
  command.defer(() => rmSync(dir, { recursive: true, force: true }));
  log('finding or starting a MongoDB');
  const mongo = await startMongo({ dir, log, embedded: () => SMALL_DATABASE });
  command.defer(() => mongo.stop());
  const settings = {
    PUBLIC_URL: `http://localhost:${port}`,
    MONTH_MS: String(Math.round(month * 1_000)),
    AMANAH_CALLBACK_URL: `${gateway}/callbacks/amanah`,
    LUMBUNG_CALLBACK_URL: `${gateway}/callbacks/lumbung`,
  };
  const platform = await startPlatform({
    dir,
    log,
    show,
    rabbitUrl: '',
    mongoUrl: mongo.url,
    services: ['fintech-sandbox'],
    ports: { 'fintech-sandbox': port },
    settings: { 'fintech-sandbox': settings },
  });
  command.defer(() => platform.stop());
  const { secrets } = platform;
  const url = `http://127.0.0.1:${port}`;
  log(`amanah at ${url}/amanah, lumbung at ${url}/lumbung; both call back to ${gateway}`);
  for (const name of SERVICES['fintech-sandbox'].secrets) log(`${name}=${secrets[name]}`);
  log('services/fintech-sandbox/README.md says what it can do; Ctrl-C stops it');
  await command.interrupted;
  return 0;
}

runCommand(main, { log, codeWhenInterrupted: () => 0 });
