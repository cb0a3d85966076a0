export type Rabbit = {
  /** Of the default virtual host, with user and password. */
  url: string;
  version: string;
  managementUrl: string | undefined;
  /** Of the broker's own process; undefined for one that we did not start. */
  readonly pid: number | undefined;
  /** Makes a virtual host and gives its URL. */
  createVhost(name: string): Promise<string>;
  /** Stops the broker and keeps its data, for tests of an outage; resolves when it is down. */
  halt(): Promise<unknown>;
  /** Starts it again after `halt` or a SIGKILL, on the same ports and data. */
  resume(): Promise<void>;
  /** Raises the broker's memory alarm, under which it takes no messages, or ends it. */
  memoryAlarm(on: boolean): Promise<unknown>;
  stop(): Promise<void>;
};

export type MongoServer = {
  /** Without a database. */
  url: string;
  /** Undefined for one that we did not start. */
  pid: number | undefined;
  /** Stops it in the middle of whatever it does, connections open, until `thaw`. */
  freeze(): Promise<unknown>;
  thaw(): Promise<unknown>;
  stop(): Promise<void>;
};
