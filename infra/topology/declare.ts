/**
 * The topology job: `AMQP_URL=amqp://… node infra/topology/declare.ts`. It runs before anything publishes.
 *
 * It does not import the services' tables. It reads bindings.json, which infra/check generates from them: so its image
 * holds no service, and changes only when a binding does.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { declareExchange, declareSubscriber } from '@ksbb/messaging';
import { connect } from 'amqplib';

const CONNECT_TIMEOUT_MS = 5_000;
const PAUSE_MS = 1_000;
const SAY_EVERY_MS = 10_000;
/**
 * AMQP 0-9-1 reply codes after which waiting does not help: access refused, not found, precondition failed (other
 * arguments exist).
 */
const FINAL_CODES = [403, 404, 406];

/** By service the routing keys that its queue is bound to. */
export type Bindings = Record<string, string[]>;

const committedBindings = JSON.parse(readFileSync(new URL('bindings.json', import.meta.url), 'utf8')) as Bindings;

type Options = {
  bindings?: Bindings;
  /** Longest time to wait for the broker. */
  waitMs?: number;
  say?: (text: string) => void;
};

async function declareOnce(url: string, bindings: Bindings): Promise<void> {
  const connection = await connect(url, { timeout: CONNECT_TIMEOUT_MS });
  // The failed call rejects as well; without a listener the process would end here.
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    await declareExchange(channel);
    for (const [service, routingKeys] of Object.entries(bindings))
      await declareSubscriber(channel, service, routingKeys);
    await channel.close();
  } finally {
    await connection.close().catch(() => undefined);
  }
}

const isFinal = (error: unknown) => FINAL_CODES.includes((error as { code?: number }).code ?? 0);

/**
 * Declares the exchange and every subscriber's queues and bindings; repeating it changes nothing. Waits for a broker
 * that is not there yet.
 * @throws where the broker stays away for `waitMs`, or refuses (a queue exists with other arguments, no permission)
 */
export async function declareTopology(url: string, options: Options = {}): Promise<void> {
  const { bindings = committedBindings, waitMs = 60_000, say = () => undefined } = options;
  const { host } = new URL(url);
  const started = performance.now();
  for (let nextWord = 0; ;) {
    try {
      await declareOnce(url, bindings);
      return;
    } catch (error) {
      const waited = performance.now() - started;
      const reason = error instanceof Error ? error.message || error.name : String(error);
      if (isFinal(error)) throw new Error(`the broker at ${host} refuses the topology: ${reason}`, { cause: error });
      if (waited >= waitMs) {
        throw new Error(`no broker at ${host} within ${Math.round(waitMs / 1000)} s: ${reason}`, { cause: error });
      }
      if (waited >= nextWord) {
        const seconds = `${Math.round(waited / 1000)} s of ${Math.round(waitMs / 1000)} s`;
        say(`waiting for the broker at ${host} (${seconds}): ${reason}`);
        nextWord = waited + SAY_EVERY_MS;
      }
    }
    await sleep(PAUSE_MS);
  }
}

async function main(): Promise<void> {
  const say = (text: string) => void process.stdout.write(`[topology] ${text}\n`);
  const url = process.env['AMQP_URL'];
  if (url === undefined || url === '') throw new Error('AMQP_URL is missing: an amqp:// or amqps:// address');
  await declareTopology(url, { say });
  say(`declared the exchange and the queues of ${Object.keys(committedBindings).join(', ')}`);
}

if (import.meta.main) {
  main().catch((error: Error) => {
    process.stderr.write(`[topology] ${error.message}\n`);
    process.exitCode = 1;
  });
}
