import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@ksbb/service-kit';
import mongoose, { type Connection } from 'mongoose';
import { endWritesWithTheirConnection } from './driver-fix.ts';
import { isTransient } from './transient.ts';

const SELECT_TIMEOUT_MS = 2_000;
const SOCKET_TIMEOUT_MS = 10_000;
const PING_TIMEOUT_MS = 1_000;
const RETRY_MS = 1_000;

endWritesWithTheirConnection();

export type Database = {
  connection: Connection;
  /** Whether the database answers now. */
  ready: () => Promise<boolean>;
  close: () => Promise<void>;
};

const UNAVAILABLE = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'OutboxFullError',
  'ContentionError',
]);

/** Whether an error means that the database cannot take the work now, and the same work may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // What breaks off a bulk write stands in the error of the bulk write.
  const { errorResponse } = error as { errorResponse?: unknown };
  return (
    UNAVAILABLE.has(error.name) ||
    /initial connection is complete/.test(error.message) ||
    isTransient(error) ||
    isDatabaseUnavailable(errorResponse)
  );
}

/**
 * Opens the database and waits, for as long as it takes, until it is there; says so in the log meanwhile. Afterwards
 * the driver reconnects by itself, and operations fail within seconds while it cannot.
 * @param uri a mongodb:// address that names the database
 */
export async function openDatabase(uri: string, log: Log): Promise<Database> {
  for (;;) {
    const connection = mongoose.createConnection();
    try {
      await connection.openUri(uri, {
        serverSelectionTimeoutMS: SELECT_TIMEOUT_MS,
        connectTimeoutMS: SELECT_TIMEOUT_MS,
        socketTimeoutMS: SOCKET_TIMEOUT_MS,
        waitQueueTimeoutMS: SOCKET_TIMEOUT_MS,
        maxPoolSize: 20,
        autoIndex: false,
        autoCreate: false,
        bufferCommands: false,
        ignoreUndefined: true,
        writeConcern: { w: 'majority' },
      });
      connection.on('error', (error) => log.warn({ err: error }, 'database connection error'));
      return {
        connection,
        ready: async () => {
          if (connection.db === undefined) return false;
          const ping = connection.db.command({ ping: 1 }).then(() => true);
          return Promise.race([ping, sleep(PING_TIMEOUT_MS, false, { ref: false })]).catch(() => false);
        },
        close: () => connection.close(),
      };
    } catch (error) {
      await connection.close().catch(() => undefined);
      if (!isDatabaseUnavailable(error)) throw error;
      log.warn({ reason: (error as Error).message }, 'the database is not there yet; trying again');
      await sleep(RETRY_MS);
    }
  }
}
