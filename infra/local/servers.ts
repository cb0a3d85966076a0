export type Rabbit = {
  /** Of the default virtual host, with user and password. */
  url: string;
  version: string;
  managementUrl: string;
  /** Stops the broker and keeps its data, for tests of an outage; resolves when it is down. */
  halt(): Promise<unknown>;
  /** Starts it again after `halt`, on the same ports and data. */
  resume(): Promise<unknown>;
  /** Raises the broker's memory alarm, under which it takes no messages, or ends it. */
  memoryAlarm(on: boolean): Promise<unknown>;
  stop(): Promise<unknown>;
};

export type MongoServer = {
  /** Without a database. */
  url: string;
  /** Stops it in the middle of whatever it does, connections open, until `thaw`. */
  freeze(): Promise<unknown>;
  thaw(): Promise<unknown>;
  stop(): Promise<unknown>;
};

/** For a server that a variable names, which we use and never stop. */
export async function notOurs(): Promise<never> {
  throw new Error('this server was named by AMQP_URL or MONGODB_URI; it is not ours to stop');
}
