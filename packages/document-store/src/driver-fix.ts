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
 * Lets a command fail whose connection ends before the command is written. Without this, mongodb 7.8 waits for ever for
 * the socket to drain, and no time limit of the driver covers that wait: docs/adr/0010. A second call changes nothing.
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
