import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '@ksbb/service-kit';
import { freshDatabase, removeDatabase } from '../../../infra/dev/testing.ts';
import { openDatabase } from './database.ts';
import { keepHeartbeatsGoing } from './heartbeats.ts';

const log = createLog('test', 'silent');
/** The driver makes no two heartbeats within half a second. */
const NEXT_HEARTBEAT_MS = 600;

type Monitor = { connection: { socket: { destroy: () => void } } | null; requestCheck: () => void; monitorId: { isExecutionInProgress: boolean } };

test('a heartbeat that hangs is begun anew, and the database answers', async () => {
  const uri = freshDatabase('heartbeats');
  const database = await openDatabase(uri, log);
  const client = database.connection.getClient();
  const end = keepHeartbeatsGoing(database.connection, log, 300);
  const { topology } = client as unknown as { topology: { s: { servers: Map<string, { monitor: Monitor }> } } };
  const [server] = topology.s.servers.values();
  const { monitor } = server as { monitor: Monitor };
  await sleep(NEXT_HEARTBEAT_MS);

  const again = new Promise((resolve) => client.once('serverHeartbeatSucceeded', resolve));
  monitor.connection?.socket.destroy();
  monitor.requestCheck();
  expect(monitor.monitorId.isExecutionInProgress).toBe(true);
  await again;
  expect(await database.ready()).toBe(true);
  expect(await database.connection.collection('x').countDocuments({})).toBe(0);

  end();
  await database.close();
  await removeDatabase(uri);
});
