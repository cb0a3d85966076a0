import { setTimeout as sleep } from 'node:timers/promises';
import { endWritesWithTheirConnection } from '@ksbb/document-store';
import type { Log } from '@ksbb/service-kit';
import mongoose, { type Connection, MongooseError } from 'mongoose';

export type Database = {
  connection: Connection;
  /** Connects, however long it takes, until `close`. Resolves when the indexes stand. */
  connect: () => Promise<void>;
  /** Whether the database answers now. */
  isReady: () => Promise<boolean>;
  close: () => Promise<void>;
};

const RETRY_MS = 1_000;
const PING_MS = 1_000;

endWritesWithTheirConnection();

/** Whether an error says that the database is away for now, rather than that something is wrong. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof MongooseError)
    return /initial connection|timed out|not connected/i.test(`${error.name} ${error.message}`);
  return (
    error instanceof mongoose.mongo.MongoNetworkError ||
    error instanceof mongoose.mongo.MongoServerSelectionError ||
    error instanceof mongoose.mongo.MongoNotConnectedError ||
    error instanceof mongoose.mongo.MongoTopologyClosedError
  );
}

/** Whether an insert failed because a unique key was there already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && error.code === 11000;
}

/** A connection that is not open yet. Models are made on it at once; operations fail at once until it is open. */
export function createDatabase(uri: string, log: Log): Database {
  const connection = mongoose.createConnection();
  connection.set('bufferCommands', false);
  connection.set('autoIndex', false);
  connection.set('autoCreate', false);
  connection.on('error', (error) => log.warn({ err: error }, 'database connection'));
  let closed = false;
  let indexed = false;

  async function open(): Promise<void> {
    if (connection.readyState !== 1)
      await connection.openUri(uri, {
        serverSelectionTimeoutMS: 3_000,
        connectTimeoutMS: 3_000,
        socketTimeoutMS: 5_000,
      });
    for (const model of Object.values(connection.models)) await model.createIndexes();
    indexed = true;
  }

  return {
    connection,
    connect: async () => {
      while (!closed && !indexed) {
        try {
          await open();
          log.info('database connected');
        } catch (error) {
          log.warn({ err: error }, 'the database is not there yet; trying again');
          await sleep(RETRY_MS);
        }
      }
    },
    isReady: async () => {
      if (!indexed || connection.db === undefined) return false;
      const ping = connection.db.command({ ping: 1 }).then(
        () => true,
        () => false,
      );
      return Promise.race([ping, sleep(PING_MS, false, { ref: false })]);
    },
    close: async () => {
      closed = true;
      await connection.close();
    },
  };
}
