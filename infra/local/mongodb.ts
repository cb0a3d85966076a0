import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startMongoContainer } from './containers.ts';
import { fetchMongoJavaServer, javaArguments } from './mongo-java-server.ts';
import { type ChildCommand, freePort, startChild } from '@ksbb/testkit';
import type { EmbeddedDatabase } from './memory.ts';
import { containerEngine, findProgram } from './programs.ts';
import type { Log } from './progress.ts';
import { untilMongoAnswers } from './ready.ts';
import type { MongoServer } from './servers.ts';

export type MongoOptions = {
  /** A directory of the caller's; the database makes and removes `mongodb` in it. */
  dir: string;
  log: Log;
  /** Asked only where mongo-java-server is started, since nothing else was found. */
  embedded: () => EmbeddedDatabase;
};

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
  mkdirSync(join(dir, 'data'), { recursive: true });
  const mongod = findProgram(['mongod']);
  if (mongod !== undefined) return startMongod(mongod, dir);
  const engine = await containerEngine();
  if (engine !== undefined) return startMongoContainer(engine, dir, options.log);
  const java = findProgram(['java']);
  const maven = findProgram(['mvn']);
  if (java !== undefined && maven !== undefined) return startJava(java, maven, dir, options);
  throw new Error(CHOICES);
}

async function useGiven(url: string, log: Log): Promise<MongoServer> {
  log('using the MongoDB named by MONGODB_URI');
  await untilMongoAnswers(url, undefined);
  const notOurs = async () => {
    throw new Error('this MongoDB was named by MONGODB_URI; it is not ours to freeze');
  };
  return { url, pid: undefined, freeze: notOurs, thaw: notOurs, stop: async () => undefined };
}

async function startMongod(command: string, dir: string): Promise<MongoServer> {
  const port = await freePort();
  const args = ['--dbpath', join(dir, 'data'), '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
  return launch(dir, port, { name: 'mongod', command, args: [...args, '--wiredTigerCacheSizeGB', '0.25'] });
}

async function startJava(java: string, maven: string, dir: string, options: MongoOptions): Promise<MongoServer> {
  const embedded = options.embedded();
  if (embedded.warning !== undefined) options.log(embedded.warning);
  const classes = await fetchMongoJavaServer(maven, java, options.log);
  const port = await freePort();
  const file = embedded.backend === 'h2' ? [join(dir, 'data', 'h2')] : [];
  const args = [...javaArguments(classes, embedded), String(port), ...file];
  return launch(dir, port, { name: 'mongo-java-server', command: java, args });
}

async function launch(
  dir: string,
  port: number,
  what: Pick<ChildCommand, 'name' | 'command' | 'args'>,
): Promise<MongoServer> {
  const url = `mongodb://127.0.0.1:${port}`;
  const server = startChild({ ...what, env: process.env, cwd: dir });
  await untilMongoAnswers(url, server);
  return {
    url,
    pid: server.pid,
    freeze: async () => server.signal('SIGSTOP'),
    thaw: async () => server.signal('SIGCONT'),
    stop: async () => {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
