import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Joins a connection to the first of these ports that takes it. */
async function join(client: Socket, ports: readonly number[]): Promise<void> {
  client.on('error', () => undefined);
  for (const port of ports) {
    const server = connect({ host: '127.0.0.1', port, noDelay: true });
    const isTaken = await once(server, 'connect').then(
      () => true,
      () => false,
    );
    if (!isTaken) continue;
    server.on('error', () => undefined);
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    return void client.pipe(server).pipe(client);
  }
  client.destroy();
}

/** Listens on `port` and gives each connection to the next replica that takes it, as a Service of Kubernetes does. */
export async function startBalancer(port: number, first: number) {
  let targets = [first];
  const listener = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    targets = [...targets.slice(1), ...targets.slice(0, 1)];
    void join(client, targets);
  });
  await once(listener.listen(port, '127.0.0.1'), 'listening');
  return {
    /** Where connections go from now on, in turn; those that are there stay. */
    direct: (...ports: number[]) => {
      targets = ports;
    },
    close: () => void listener.close(),
  };
}
