import { connect, createServer, type Socket } from 'node:net';

export type Balancer = {
  /** Where connections go from now on, in turn; those that are there stay. */
  direct: (ports: readonly number[]) => void;
  close: () => void;
};

function join(client: Socket, server: Socket): void {
  client.on('error', () => undefined);
  client.on('close', () => server.destroy());
  server.on('close', () => client.destroy());
  client.pipe(server);
  server.pipe(client);
}

/** Listens on `port` and gives each connection to the next replica that takes it, as a Service of Kubernetes does. */
export async function startBalancer(port: number, ports: readonly number[]): Promise<Balancer> {
  let targets = ports;
  let turn = 0;

  function give(client: Socket, left: readonly number[]): void {
    const [target, ...others] = left;
    if (target === undefined) return void client.destroy();
    const server = connect({ host: '127.0.0.1', port: target, noDelay: true });
    const refused = () => give(client, others);
    server.once('error', refused);
    server.once('connect', () => {
      server.off('error', refused);
      server.on('error', () => undefined);
      join(client, server);
    });
  }

  const listener = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    turn += 1;
    const first = turn % targets.length;
    give(client, [...targets.slice(first), ...targets.slice(0, first)]);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    direct: (next) => {
      targets = next;
    },
    close: () => void listener.close(),
  };
}
