import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createContainer } from './containers.ts';
import { fetchMongoJavaServer, javaArguments } from './mongo-java-server.ts';
import { freePort, startChild, untilStarted } from '@ksbb/testkit';
import { mongo } from 'mongoose';
import type { EmbeddedDatabase } from './memory.ts';
import { containerEngine, findProgram } from './programs.ts';
import type { Log } from './progress.ts';
import { type MongoServer, notOurs } from './servers.ts';

export type MongoOptions = {
  /** A directory of the caller's; the database makes and removes `mongodb` in it. */
  dir: string;
  log: Log;
  /** Asked only where mongo-java-server is started, since nothing else was found. */
  embedded: () => EmbeddedDatabase;
};

const IMAGE = 'mongo:8';
const START_MS = 180_000;

const urlOf = (port: number) => `mongodb://127.0.0.1:${port}`;

const CHOICES = `no MongoDB found. Choose one:
  - set MONGODB_URI to a server that runs (without a database: each service has its own)
  - install mongod and put it on the PATH
  - start a container engine, docker or podman
  - install a JDK (11 or newer) and Maven: an embedded server is then fetched from Maven Central`;

/**
 * Finds or starts a MongoDB: MONGODB_URI; mongod on the PATH; a container engine; mongo-java-server from Maven Central,
 * which speaks enough of the protocol. A server named by MONGODB_URI is used and never stopped.
 */
export async function startMongo(options: MongoOptions): Promise<MongoServer> {
  const given = process.env['MONGODB_URI'];
  if (given !== undefined && given !== '') return useGiven(given, options.log);
  const dir = join(options.dir, 'mongodb');
  const mongod = findProgram(['mongod']);
  if (mongod !== undefined) return startProgram('mongod', mongod, dir, mongodArguments);
  const engine = await containerEngine();
  if (engine !== undefined) return startContainer(engine, options.log);
  const [java, maven] = [findProgram(['java']), findProgram(['mvn'])];
  if (java === undefined || maven === undefined) throw new Error(CHOICES);
  const database = options.embedded();
  if (database.warning !== undefined) options.log(database.warning);
  const classes = await fetchMongoJavaServer(maven, java, options.log);
  return startProgram('mongo-java-server', java, dir, (port, data) => javaArguments(classes, database, port, data));
}

const mongodArguments = (port: number, data: string) => [
  '--port',
  `${port}`,
  '--bind_ip',
  '127.0.0.1',
  '--nounixsocket',
  '--dbpath',
  data,
  '--wiredTigerCacheSizeGB',
  '0.25',
];

async function useGiven(url: string, log: Log): Promise<MongoServer> {
  log('using the MongoDB named by MONGODB_URI');
  await ping(url);
  return { url, freeze: notOurs, thaw: notOurs, stop: async () => undefined };
}

/** Connects as a client does, and gets an answer. */
async function ping(url: string) {
  const client = new mongo.MongoClient(url, { serverSelectionTimeoutMS: 2000, connectTimeoutMS: 2000 });
  try {
    return await client.db('admin').command({ ping: 1 });
  } finally {
    await client.close();
  }
}

async function startContainer(engine: string, log: Log): Promise<MongoServer> {
  const port = await freePort();
  const { start, command, remove } = await createContainer(engine, IMAGE, { 27017: port }, log);
  const url = urlOf(port);
  await untilStarted('MongoDB', start(), () => ping(url), START_MS);
  return { url, freeze: () => command('pause'), thaw: () => command('unpause'), stop: remove };
}

async function startProgram(
  name: string,
  command: string,
  dir: string,
  argumentsFor: (port: number, data: string) => string[],
): Promise<MongoServer> {
  const data = join(dir, 'data');
  mkdirSync(data, { recursive: true });
  const port = await freePort();
  const server = startChild({ name, command, args: argumentsFor(port, data), env: process.env, cwd: dir });
  const url = urlOf(port);
  await untilStarted('MongoDB', server, () => ping(url), START_MS);
  return {
    url,
    freeze: async () => server.signal('SIGSTOP'),
    thaw: async () => server.signal('SIGCONT'),
    stop: async () => {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
