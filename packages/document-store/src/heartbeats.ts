import type { Log } from '@ksbb/service-kit';
import type { Connection } from 'mongoose';

/** Longer than any heartbeat lasts: one that streams waits 10 s for news, and then for the connect timeout. */
const HUNG_AFTER_MS = 20_000;
const LOOKS = 10;

/**
 * Connects anew where the driver's heartbeat to a server hangs. Seen in mongodb 7.8: one that begins between the end of its
 * socket and the word of it waits for ever, and a server that is taken for lost from then on stays lost.
 * Gives the function that ends it.
 */
export function keepHeartbeatsGoing(connection: Connection, log: Log, hungAfterMs = HUNG_AFTER_MS): () => void {
  const client = connection.getClient();
  const began = new Map<string, number>();
  client.on('serverHeartbeatStarted', ({ connectionId }) => began.set(connectionId, performance.now()));
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => began.delete(connectionId));
  client.on('serverHeartbeatFailed', ({ connectionId }) => began.delete(connectionId));
  client.on('serverClosed', ({ address }) => began.delete(address));

  async function connectAnew(): Promise<void> {
    try {
      await client.close(true);
      await client.connect();
    } catch (error) {
      // The next operation connects.
      log.warn({ err: error }, 'the database is not there; it is tried again with the next operation');
    }
  }

  const timer = setInterval(() => {
    const hangs = [...began.values()].some((since) => performance.now() - since > hungAfterMs);
    if (!hangs) return;
    began.clear();
    log.error('a heartbeat to the database hangs; connecting anew');
    void connectAnew();
  }, hungAfterMs / LOOKS).unref();
  return () => clearInterval(timer);
}
