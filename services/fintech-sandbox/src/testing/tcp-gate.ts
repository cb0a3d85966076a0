import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be closed and opened again: to a client, a server that goes away and comes back. */
export type TcpGate = { port: number; open: () => Promise<void>; close: () => Promise<void> };

/** A gate that is closed yet; its port stays the same. */
export async function createTcpGate(target: { host: string; port: number }): Promise<TcpGate> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  await close();
  return { port, open: () => listen(port), close };
}
