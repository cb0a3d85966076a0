import { Worker } from 'node:worker_threads';

const SOURCE = `
const { createServer } = require('node:http');
const { parentPort, workerData } = require('node:worker_threads');
let received = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (request.url === '/hang') return;
    received += 1;
    if (request.url.startsWith('/stamp')) {
      const at = performance.timeOrigin + performance.now();
      parentPort.postMessage({ id: request.headers['webhook-id'], at });
    }
    if (request.url === '/refuse') response.writeHead(503).end();
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end(workerData.answer);
  });
});
server.keepAliveTimeout = 60000;
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
`;

export type EchoServer = {
  url: string;
  onStamp: (heard: (id: string, at: number) => void) => void;
  close: () => Promise<unknown>;
};

/** Milliseconds that are the same on every thread. */
export const now = () => performance.timeOrigin + performance.now();

/**
 * A server on a thread of its own that answers every call alike: /refuse with 503, /hang never, /stamp also tells of
 * the call and of its moment, by `now` of this file.
 */
export async function startEchoServer(answer: string): Promise<EchoServer> {
  const worker = new Worker(SOURCE, { eval: true, workerData: { answer } });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: { port: number }) => resolve(message.port));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    onStamp: (heard) => {
      worker.removeAllListeners('message');
      worker.on('message', ({ id, at }: { id: string; at: number }) => heard(id, at));
    },
    close: () => worker.terminate(),
  };
}
