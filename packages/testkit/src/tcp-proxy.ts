import { connect, createServer, type Socket } from 'node:net';

/** Looks at the bytes of one connection; what it answers is passed on, null and empty buffers are not. */
export type Inspector = { fromClient: (chunk: Buffer) => Buffer | null; fromServer: (chunk: Buffer) => Buffer | null };

type Target = { host: string; port: number };

export type TcpProxy = {
  port: number;
  /** Ends every connection. New ones are let through. */
  cut: () => void;
  /** Ends every connection and refuses new ones, or lets them through again. */
  refuse: (refusing: boolean) => void;
  /** Half-open: the connections of this moment stay, and nothing goes through them any more, not even their end. */
  stall: () => void;
  /** Nothing of what clients send goes through, or it does again; what was sent meanwhile is gone. */
  mute: (muted: boolean) => void;
  close: () => void;
};

type Pair = { client: Socket; server: Socket; stalled: boolean };

const passAll: Inspector = { fromClient: (chunk) => chunk, fromServer: (chunk) => chunk };

function forward(chunk: Buffer | null, from: Socket, to: Socket): void {
  if (chunk === null || chunk.length === 0 || to.destroyed) return;
  if (to.write(chunk)) return;
  from.pause();
  to.once('drain', () => from.resume());
}

/** Listens on a loopback port and passes connections on to `target`, faithfully until told otherwise. */
export async function startTcpProxy(target: Target, inspect: () => Inspector = () => passAll): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let refusing = false;
  let muted = false;

  function join(client: Socket): void {
    if (refusing) return void client.destroy();
    const server = connect({ ...target, noDelay: true });
    const pair: Pair = { client, server, stalled: false };
    const inspector = inspect();
    pairs.add(pair);
    client.setNoDelay(true);
    client.on('data', (chunk) => {
      if (pair.stalled || muted) return;
      forward(inspector.fromClient(chunk), client, server);
    });
    server.on('data', (chunk) => {
      if (!pair.stalled) forward(inspector.fromServer(chunk), server, client);
    });
    for (const [ended, other] of [
      [client, server],
      [server, client],
    ] as const) {
      ended.on('error', () => undefined);
      ended.on('close', () => {
        if (!pair.stalled) other.destroy();
        if (other.destroyed) pairs.delete(pair);
      });
    }
  }

  const cut = () => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
  };
  const listener = createServer(join);
  const port = await new Promise<number>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', () => resolve((listener.address() as { port: number }).port));
  });
  return {
    port,
    cut,
    refuse: (on) => {
      refusing = on;
      if (on) cut();
    },
    stall: () => {
      for (const pair of pairs) pair.stalled = true;
    },
    mute: (on) => {
      muted = on;
    },
    close: () => {
      listener.close();
      cut();
    },
  };
}
