import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const SOURCE = `
const { createServer } = require('node:http');
const { parentPort, workerData } = require('node:worker_threads');
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (request.url === '/hang') return;
    if (request.url === '/stamp') {
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

/** Milliseconds that are the same on every thread. */
export const now = () => performance.timeOrigin + performance.now();

/** See `startEchoServer`. `stamps`: when /stamp was called, by the id of the webhook; `now` gives the same clock. */
export type EchoServer = {
  url: string;
  stamps: Map<string, number>;
  untilStamped: (calls: number) => Promise<void>;
  close: () => Promise<unknown>;
};

/** A server on a thread of its own that answers every call alike: /refuse with 503, /hang never, others with `answer`. */
export async function startEchoServer(answer: string): Promise<EchoServer> {
  const worker = new Worker(SOURCE, { eval: true, workerData: { answer } });
  const [{ port }] = (await once(worker, 'message')) as [{ port: number }];
  const stamps = new Map<string, number>();
  worker.on('message', ({ id, at }: { id: string; at: number }) => stamps.set(id, at));
  return {
    url: `http://127.0.0.1:${port}`,
    stamps,
    untilStamped: async (calls) => {
      while (stamps.size < calls) await once(worker, 'message');
    },
    close: () => worker.terminate(),
  };
}
