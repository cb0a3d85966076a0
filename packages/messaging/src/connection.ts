import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';
import { type ChannelModel, connect } from 'amqplib';
import { QueueConflict } from './topology.ts';

const HEARTBEAT_SECONDS = 15;
const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

export type SupervisedConnection = { close: () => Promise<void> };

type Supervision = {
  url: string;
  /** Shown in the broker's list of connections. */
  name: string;
  log: Log;
  /** Builds channels on a fresh connection. When it fails, the connection is given up and made anew. */
  onConnect: (model: ChannelModel) => Promise<void>;
  onDisconnect: () => void;
};

/** Full jitter: 0 to a ceiling that doubles (AWS Architecture Blog, Exponential Backoff And Jitter). */
function pauseBefore(attempt: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
}

/**
 * Closes a connection or channel. A broker that does not answer is not waited for: amqplib's promise would then stay
 * open for ever.
 */
export async function hangUp(open: { close: () => Promise<unknown> }): Promise<void> {
  await Promise.race([open.close().catch(() => undefined), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
}

/** Keeps one connection to the broker until closed. Returns at once; `onConnect` is called when it is there. */
export function superviseConnection({ url, name, log, onConnect, onDisconnect }: Supervision): SupervisedConnection {
  const stopped = new AbortController();
  let current: ChannelModel | undefined;

  /** Makes a connection. Resolves when it has ended. */
  async function live(): Promise<void> {
    const model = await connect(`${url}${url.includes('?') ? '&' : '?'}heartbeat=${HEARTBEAT_SECONDS}`, {
      noDelay: true,
      timeout: CONNECT_TIMEOUT_MS,
      clientProperties: { connection_name: name },
    });
    const ended = new Promise<void>((resolve) => model.once('close', () => resolve()));
    model.on('error', (error) => log.warn({ err: error, connection: name }, 'broker connection failed'));
    model.on('blocked', (reason) => log.warn({ reason, connection: name }, 'the broker takes no messages for now'));
    if (stopped.signal.aborted) return hangUp(model);
    current = model;
    try {
      await onConnect(model);
      await ended;
    } finally {
      current = undefined;
      onDisconnect();
      await hangUp(model);
    }
  }

  function report(error: Error): void {
    if (error instanceof QueueConflict) log.error({ connection: name }, error.message);
    else log.warn({ reason: error.message, connection: name }, 'no connection to the broker; trying again');
  }

  async function supervise(): Promise<void> {
    for (let attempt = 0; !stopped.signal.aborted; attempt += 1) {
      const started = performance.now();
      await live().catch(report);
      if (performance.now() - started > LONGEST_PAUSE_MS) attempt = 0;
      await sleep(pauseBefore(attempt), undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  const supervision = supervise();
  return {
    close: async () => {
      stopped.abort();
      if (current !== undefined) await hangUp(current);
      await supervision;
    },
  };
}
