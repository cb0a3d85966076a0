import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export type Received = { path: string; headers: IncomingHttpHeaders; payload: string; at: number };
type Reply = { status: number; headers?: Record<string, string>; body?: string } | 'hang';

/** Stands where a partner would: keeps what it is sent, and answers as it is told. */
export type WebhookReceiver = {
  url: string;
  received: Received[];
  /** Most calls of a path that hung at once. */
  mostHanging: (path: string) => number;
  answerWith: (reply: (received: Received) => Reply) => void;
  close: () => Promise<void>;
};

export async function startWebhookReceiver(host = '127.0.0.1'): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const hanging = new Map<string, { now: number; most: number }>();
  let replyTo: (one: Received) => Reply = () => ({ status: 204 });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      path: request.url ?? '',
      headers: request.headers,
      payload: Buffer.concat(chunks).toString(),
      at: performance.now(),
    };
    received.push(one);
    const reply = replyTo(one);
    if (reply !== 'hang') {
      response.writeHead(reply.status, reply.headers).end(reply.body);
      return;
    }
    const now = (hanging.get(one.path)?.now ?? 0) + 1;
    hanging.set(one.path, { now, most: Math.max(now, hanging.get(one.path)?.most ?? 0) });
    response.on('close', () => {
      const { now: before, most } = hanging.get(one.path) as { now: number; most: number };
      hanging.set(one.path, { now: before - 1, most });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    received,
    mostHanging: (path) => hanging.get(path)?.most ?? 0,
    answerWith: (reply) => {
      replyTo = reply;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether a secret's signature is among those of a message, by the library that partners use. */
export function isSignedWith(secret: string, { payload, headers }: Received): boolean {
  try {
    new Webhook(secret).verify(payload, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
