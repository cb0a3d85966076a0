import { createServer, type Socket } from 'node:net';
import { createLog } from '@ksbb/service-kit';
import { freshDatabase, removeDatabase } from '../../testkit/src/servers.ts';
import { isDatabaseUnavailable, openDatabase } from './database.ts';

const log = createLog('test', 'silent');

test('a database that is not there yet is waited for', async () => {
  const uri = freshDatabase('late');
  const target = new URL(uri);
  // A port that refuses at first and forwards later.
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = new (client.constructor as typeof Socket)().connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as { port: number };
  await new Promise((resolve) => proxy.close(resolve));

  const opening = openDatabase(`mongodb://127.0.0.1:${port}${target.pathname}`, log);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve));
  const database = await opening;
  expect(await database.ready()).toBe(true);

  // When it goes away again, it is not ready, and work fails as unavailable instead of hanging.
  const closed = new Promise((resolve) => proxy.close(resolve));
  for (const socket of sockets) socket.destroy();
  await closed;
  expect(await database.ready()).toBe(false);
  const failure = await database.connection
    .collection('x')
    .findOne({})
    .catch((error: unknown) => error);
  expect(isDatabaseUnavailable(failure)).toBe(true);
  const unwritten = await database.connection
    .collection('x')
    .bulkWrite([{ insertOne: { document: {} } }], { ordered: false })
    .catch((error: unknown) => error);
  expect(isDatabaseUnavailable(unwritten)).toBe(true);
  await database.close();
  await removeDatabase(uri);
});

test('an address that cannot be right is an error at once', async () => {
  await expect(openDatabase('mongodb://', log)).rejects.toThrow();
});

test('a call that the driver broke off when the database no longer answered is an outage', () => {
  const brokenOff = Object.assign(new Error('interrupted'), { name: 'PoolClearedOnNetworkError' });
  expect(isDatabaseUnavailable(brokenOff)).toBe(true);
  expect(
    isDatabaseUnavailable(Object.assign(new Error('bulk'), { name: 'MongoBulkWriteError', errorResponse: brokenOff })),
  ).toBe(true);
});

test('errors of the work itself are not taken for an outage', () => {
  expect(isDatabaseUnavailable(new Error('duplicate key'))).toBe(false);
  expect(isDatabaseUnavailable('MongoNetworkError')).toBe(false);
});
