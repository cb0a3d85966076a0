import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ReceivedCallback = {
  path: string;
  headers: IncomingHttpHeaders;
  rawBody: Buffer;
  body: Record<string, unknown>;
  status: number;
};

/** An HTTP server in the gateway's place. It stores the callbacks and responds as `answerWith` says. */
export type CallbackReceiver = {
  port: number;
  received: ReceivedCallback[];
  /** Sets the status of the responses: 200 by default, 0 for no response. */
  answerWith: (decide: (callback: Omit<ReceivedCallback, 'status'>) => number) => void;
  close: () => Promise<void>;
};

export async function startCallbackReceiver(port = 0): Promise<CallbackReceiver> {
  const received: ReceivedCallback[] = [];
  let statusOf: (callback: Omit<ReceivedCallback, 'status'>) => number = () => 200;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const rawBody = Buffer.concat(chunks);
    const callback = {
      path: request.url ?? '',
      headers: request.headers,
      rawBody,
      body: JSON.parse(rawBody.toString()) as Record<string, unknown>,
    };
    const status = statusOf(callback);
    received.push({ ...callback, status });
    if (status !== 0) response.writeHead(status, status === 302 ? { Location: '/elsewhere' } : {}).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    received,
    answerWith: (decide) => {
      statusOf = decide;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
