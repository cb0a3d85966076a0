import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '@ksbb/service-kit';
import { call } from '@ksbb/testkit';
import { BAD_VISIT_KINDS, badVisits } from '@ksbb/testkit/bad-visits';
import express from 'express';
import { createProxy } from './proxy.ts';

const ANSWER_AFTER_MS = 20;
const VISITS_OF_EACH_KIND = 3;

/** A service that answers a little late, so that visitors leave while the edge waits for it. */
const service = createServer((request, response) => {
  request.resume();
  setTimeout(() => response.end('late'), ANSWER_AFTER_MS);
});
const app = express();
const edge = createServer(app);

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let url: string;
beforeAll(async () => {
  const addresses = { commitment: await listen(service), gone: 'http://127.0.0.1:1' };
  const log = createLog('portal', 'silent');
  app.use('/api', createProxy({ addresses, publicUrl: 'https://ksbb.example', log, timeoutMs: 600 }));
  url = await listen(edge);
});
afterAll(() => {
  for (const server of [edge, service]) {
    server.closeAllConnections();
    server.close();
  }
});

test('visits that end badly in every way leave the edge answering', async () => {
  const paths = ['/api/commitment/institutions', '/api/gone/institutions'];
  const count = VISITS_OF_EACH_KIND * BAD_VISIT_KINDS.length;
  const bad = badVisits([{ url, reads: paths, writes: paths }], { seed: 11, atOnce: 16, count });
  const good = Array.from({ length: 20 }, () => call('GET', `${url}/api/commitment/institutions`));
  expect((await Promise.all(good)).map(({ status }) => status)).toEqual(good.map(() => 200));
  expect(Object.values(await bad)).toEqual(BAD_VISIT_KINDS.map(() => VISITS_OF_EACH_KIND));
  expect((await call('GET', `${url}/api/commitment/institutions`)).status).toBe(200);
}, 60_000);
