import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '@ksbb/service-kit';
import { freshDatabase, removeDatabase } from '../../testkit/src/servers.ts';
import { type Database, isDatabaseUnavailable, openDatabase } from './database.ts';

/** The driver makes no two heartbeats within half a second. */
const NEXT_HEARTBEAT_MS = 600;

type DriverConnection = { socket: { destroy: () => void } };
type Server = {
  pool: { connections: Iterable<DriverConnection> };
  monitor: {
    connection: DriverConnection | null;
    requestCheck: () => void;
    monitorId: { isExecutionInProgress: boolean };
  };
};

const uri = freshDatabase('driver-fix');
let database: Database;
beforeAll(async () => {
  database = await openDatabase(uri, createLog('test', 'silent'));
});
afterAll(async () => {
  await database.close();
  await removeDatabase(uri);
});

function serverOf({ connection }: Database): Server {
  const { topology } = connection.getClient() as unknown as { topology: { s: { servers: Map<string, Server> } } };
  const [server] = topology.s.servers.values();
  return server as Server;
}

test('a command on a connection whose end is still to be told does not wait for ever', async () => {
  const collection = database.connection.collection('x');
  await collection.insertOne({});
  for (const { socket } of serverOf(database).pool.connections) socket.destroy();
  const end = await collection.insertOne({}).catch((error: unknown) => error);
  // The driver may repeat it by itself, or say that the network failed.
  expect(end instanceof Error ? isDatabaseUnavailable(end) : 'inserted').toBeTruthy();
  expect(await collection.countDocuments({})).toBeGreaterThanOrEqual(1);
});

test('nor does a heartbeat', async () => {
  const { monitor } = serverOf(database);
  await sleep(NEXT_HEARTBEAT_MS);
  const client = database.connection.getClient();
  const ended = new Promise((resolve) => client.once('serverHeartbeatFailed', resolve));
  const again = new Promise((resolve) => client.once('serverHeartbeatSucceeded', resolve));
  monitor.connection?.socket.destroy();
  monitor.requestCheck();
  expect(monitor.monitorId.isExecutionInProgress).toBe(true);
  await ended;
  monitor.requestCheck();
  await again;
  expect(await database.ready()).toBe(true);
});
