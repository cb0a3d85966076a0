/**
 * `npm run sandbox [-- --port N] [-- --gateway URL] [-- --month SECONDS]`: the partners' sandbox alone, with a
 * database, until Ctrl-C. Prints everything needed to call it. `--gateway` is where it calls back,
 * http://127.0.0.1:8080 unless said. `--month` lets borrowers pay by themselves, a month in SECONDS.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runCommand, type Command } from './command.ts';
import { SMALL_DATABASE } from './memory.ts';
import { startMongo } from './mongodb.ts';
import { startPlatform } from './platform.ts';
import { isFreePort } from '@ksbb/testkit';
import { makeRunDirectory } from './run-directory.ts';

const log = (text: string) => void process.stdout.write(`[sandbox] ${text}\n`);

function readOptions(): { port: number; gateway: string; month: number } {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8090' },
      gateway: { type: 'string', default: 'http://127.0.0.1:8080' },
      month: { type: 'string', default: '0' },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`--port must be a whole number from 1 to 65535, not "${values.port}"`);
  const month = Number(values.month);
  if (!(month >= 0 && month <= 86_400))
    throw new Error(`--month must be seconds from 0 to 86400, not "${values.month}"`);
  if (!URL.canParse(values.gateway))
    throw new Error(`--gateway must be an address such as http://127.0.0.1:8080, not "${values.gateway}"`);
  return { port, gateway: values.gateway.replace(/\/+$/, ''), month };
}

async function main(command: Command): Promise<number> {
  const { port, gateway, month } = readOptions();
  if (!(await isFreePort(port)))
    throw new Error(
      `port ${port} is taken; stop what listens there, or choose another: npm run sandbox -- --port 8091`,
    );
  const dir = makeRunDirectory('sandbox');
  command.defer(() => rmSync(dir, { recursive: true, force: true }));
  log('finding or starting a MongoDB');
  const mongo = await startMongo({ dir, log, embedded: () => SMALL_DATABASE });
  command.defer(() => mongo.stop());
  const callbacks = {
    AMANAH_CALLBACK_URL: `${gateway}/callbacks/amanah`,
    LUMBUNG_CALLBACK_URL: `${gateway}/callbacks/lumbung`,
  };
  const platform = await startPlatform({
    dir,
    log,
    rabbitUrl: '',
    mongoUrl: mongo.url,
    services: ['fintech-sandbox'],
    ports: { 'fintech-sandbox': port },
    show: (line) => void process.stdout.write(`${line}\n`),
    settings: {
      'fintech-sandbox': {
        PUBLIC_URL: `http://localhost:${port}`,
        MONTH_MS: String(Math.round(month * 1_000)),
        ...callbacks,
      },
    },
  });
  command.defer(() => platform.stop());
  const { secrets } = platform;
  const url = `http://127.0.0.1:${port}`;
  log(`amanah at ${url}/amanah, lumbung at ${url}/lumbung; both call back to ${gateway}`);
  log(`AMANAH_CLIENT_ID=${secrets.amanahClientId} AMANAH_CLIENT_SECRET=${secrets.amanahClientSecret}`);
  log(`LUMBUNG_TOKEN=${secrets.lumbungToken} LUMBUNG_WEBHOOK_SECRET=${secrets.lumbungWebhookSecret}`);
  log(`ADMIN_TOKEN=${secrets.sandboxAdminToken}`);
  log('services/fintech-sandbox/README.md says what it can do; Ctrl-C stops it');
  await command.interrupted;
  return 0;
}

runCommand(main, { log, codeWhenInterrupted: () => 0 });
