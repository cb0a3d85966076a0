import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createLog } from '@ksbb/service-kit';
import express from 'express';
import supertest from 'supertest';
import { createProxy } from './proxy.ts';

/** A service that ends: it answers one request on a connection, and resets it when the next one comes. */
let service: Server;
let app: express.Express;
let heard: string[];

beforeEach(async () => {
  heard = [];
  const used = new Set<Socket>();
  service = createServer((request, response) => {
    if (used.has(request.socket)) {
      heard.push('reset');
      request.socket.resetAndDestroy();
      return;
    }
    used.add(request.socket);
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push(`${request.method} ${body}`);
      response.end('answer');
    });
  });
  await new Promise<void>((resolve) => void service.listen(0, '127.0.0.1', resolve));
  const addresses = { commitment: `http://127.0.0.1:${(service.address() as AddressInfo).port}` };
  app = express();
  app.use('/api', createProxy({ addresses, publicUrl: 'http://localhost', log: createLog('portal', 'silent') }));
  await supertest(app).get('/api/commitment/first').expect(200);
});

afterEach(() => {
  service.closeAllConnections();
  service.close();
});

const post = (key: Record<string, string>) =>
  supertest(app).post('/api/commitment/commitments').set(key).type('text/plain').send('three masks');

test('a read is sent once more when the service was closing the connection', async () => {
  expect((await supertest(app).get('/api/commitment/second')).status).toBe(200);
  expect(heard).toEqual(['GET ', 'reset', 'GET ']);
});

test('a write with an idempotency key is sent once more too, with its whole body', async () => {
  expect((await post({ 'Idempotency-Key': 'a' })).status).toBe(200);
  expect(heard).toEqual(['GET ', 'reset', 'POST three masks']);
});

test('a write that could have an effect twice is not sent again', async () => {
  expect((await post({})).status).toBe(503);
  expect(heard).toEqual(['GET ', 'reset']);
});
