/**
 * `npm run bench [-- NAME] [-- --rounds N]`: ours and a yardstick side by side, alternating, on a broker and database
 * of its own. `outage` takes ten minutes and runs only where it is named.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { startBackingServers } from '../../infra/local/backing-servers.ts';
import { type Command, runCommand } from '../../infra/local/command.ts';
import type { Rabbit } from '../../infra/local/servers.ts';
import { benchConsume, benchConsumeChecked } from './consume.ts';
import { benchBreakerOpen, benchGatewayCall } from './gateway-call.ts';
import { benchOutage } from './outage.ts';
import { benchOutbox } from './outbox.ts';
import { benchPublish } from './publish.ts';
import type { Row } from './rounds.ts';
import { benchWebhooks, benchWebhooksAll } from './webhooks.ts';

type Servers = { rabbit: Rabbit; amqpUrl: string; mongoUrl: string };

const benches = new Map<string, (servers: Servers, rounds: number) => Promise<Row[]>>([
  ['publish', ({ amqpUrl }, rounds) => benchPublish(amqpUrl, rounds)],
  ['consume', ({ amqpUrl }, rounds) => benchConsume(amqpUrl, rounds)],
  ['outbox', ({ amqpUrl, mongoUrl }, rounds) => benchOutbox(amqpUrl, mongoUrl, rounds)],
  ['outage', ({ rabbit, mongoUrl }) => benchOutage(rabbit, mongoUrl)],
  ['gateway-call', (_, rounds) => benchGatewayCall(rounds)],
  ['breaker-open', (_, rounds) => benchBreakerOpen(rounds)],
  ['webhooks', ({ mongoUrl }, rounds) => benchWebhooks(mongoUrl, rounds)],
  ['webhooks-all', ({ mongoUrl }) => benchWebhooksAll(mongoUrl)],
  // Last, since it records spans in this process.
  ['consume-checked', ({ amqpUrl }, rounds) => benchConsumeChecked(amqpUrl, rounds)],
]);

const ONLY_WHERE_NAMED = new Set(['outage']);

const log = (text: string) => void process.stdout.write(`[bench] ${text}\n`);

function readOptions(): { names: string[]; rounds: number } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '9' } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new Error(`--rounds must be a whole number from 1 to 100, not "${values.rounds}"`);
  const unknown = positionals.find((name) => !benches.has(name));
  if (unknown !== undefined)
    throw new Error(`there is no bench ${unknown}; there are ${[...benches.keys()].join(', ')}`);
  return { names: positionals, rounds };
}

async function main(command: Command): Promise<number> {
  const { names, rounds } = readOptions();
  const { rabbit, mongo } = await startBackingServers(command, 'bench', log);
  log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}; medians of ${rounds} alternating rounds`);
  const rows: Row[] = [];
  for (const [name, bench] of benches) {
    const isWanted = names.length === 0 ? !ONLY_WHERE_NAMED.has(name) : names.includes(name);
    if (isWanted) rows.push(...(await bench({ rabbit, amqpUrl: rabbit.url, mongoUrl: mongo.url }, rounds)));
  }
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
  return 0;
}

runCommand(main, { log });
