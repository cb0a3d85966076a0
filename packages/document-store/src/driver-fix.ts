import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

type DriverConnection = {
  error: Error | null;
  writeCommand: (command: unknown, options: unknown) => Promise<void>;
  once: (event: 'close', listener: () => void) => void;
  off: (event: 'close', listener: () => void) => void;
};

const ofMongoose = createRequire(fileURLToPath(import.meta.resolve('mongoose')));
const { Connection } = ofMongoose('mongodb/lib/cmap/connection.js') as { Connection: { prototype: DriverConnection } };
const { writeCommand } = Connection.prototype;

/**
 * Lets a command fail whose connection ends before the command is written. Seen in mongodb 7.8: it waits for the socket to
 * drain, for ever where the socket has ended meanwhile, or has ended and its end is still to be told. No time limit of the
 * driver covers that. A heartbeat that waits so leaves its server lost for good; any other command, whoever waits for it.
 * Once or often comes to the same.
 */
export function endWritesWithTheirConnection(): void {
  Connection.prototype.writeCommand = async function (command, options) {
    const ended = Promise.withResolvers<never>();
    const end = () => ended.reject(this.error ?? new Error('the connection to the database is closed'));
    this.once('close', end);
    try {
      await Promise.race([writeCommand.call(this, command, options), ended.promise]);
    } finally {
      this.off('close', end);
    }
  };
}
