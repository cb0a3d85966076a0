import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '@ksbb/service-kit';
import express from 'express';
import supertest from 'supertest';
import { createProxy } from './proxy.ts';

type Seen = { method: string; url: string; headers: Record<string, unknown>; body: string };

/** A service that answers what it was asked; `/hang` says nothing, `/cut` breaks off. */
let asked = 0;
const echo = createServer((request, response) => {
  asked += 1;
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/hang') return;
    if (request.url === '/late') return void setTimeout(() => response.end('late'), 100);
    if (request.url === '/long') return void response.write('x'.repeat(1024 * 1024));
    if (request.url === '/cut') {
      response.destroy();
      return;
    }
    const seen: Seen = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('hex'),
    };
    response.writeHead(request.url === '/teapot' ? 418 : 200, {
      'content-type': 'application/json',
      'set-cookie': 'a=b',
      etag: '"7"',
    });
    response.end(JSON.stringify(seen));
  });
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;
let app: express.Express;
let edge: Server;

beforeAll(async () => {
  await new Promise<void>((resolve) => void echo.listen(0, '127.0.0.1', resolve));
  const addresses = { 'fintech-gateway': `http://127.0.0.1:${portOf(echo)}`, gone: 'http://127.0.0.1:1' };
  app = express();
  app.use(
    '/api',
    createProxy({ addresses, publicUrl: 'https://ksbb.example', log: createLog('portal', 'silent'), timeoutMs: 600 }),
  );
  edge = createServer(app);
  await new Promise<void>((resolve) => void edge.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  for (const server of [edge, echo]) {
    server.closeAllConnections();
    server.close();
  }
});

test('a callback reaches the gateway with its bytes, path, query and signature untouched', async () => {
  const body = Buffer.from('{ "amount":  1.50,\r\n"é": "\\u00e9" }');
  const response = await supertest(app)
    .post('/api/fintech-gateway/callbacks/amanah?a=%2F&b=+')
    .set('Content-Type', 'application/json')
    .set('X-SIGNATURE', 'c2ln')
    .set('Cookie', 'ksbb_access=token')
    .send(body.toString());
  const seen = response.body as Seen;
  expect(response.status).toBe(200);
  expect(seen).toMatchObject({ method: 'POST', url: '/callbacks/amanah?a=%2F&b=+', body: body.toString('hex') });
  expect(seen.headers).toMatchObject({ 'x-signature': 'c2ln', 'x-forwarded-proto': 'https' });
  expect(seen.headers).not.toHaveProperty('cookie');
  expect(response.headers['etag']).toBe('"7"');
  expect(response.headers).not.toHaveProperty('set-cookie');
});

test('methods, statuses and the root of a service are passed on', async () => {
  expect((await supertest(app).delete('/api/fintech-gateway/teapot')).status).toBe(418);
  expect(((await supertest(app).get('/api/fintech-gateway')).body as Seen).url).toBe('/');
});

test.each(['/api/nothing/x', '/api/constructor/x', '/api/__proto__/x', '/api/', '/api/gonew'])(
  '%s is no service',
  async (path) => {
    const response = await supertest(app).get(path);
    expect(response.status).toBe(404);
    expect(response.type).toBe('application/problem+json');
  },
);

test('a service that is unavailable is answered 503, with a time to come back', async () => {
  const response = await supertest(app).get('/api/gone/x');
  expect(response.status).toBe(503);
  expect(response.headers['retry-after']).toBe('2');
  expect(JSON.stringify(response.body)).not.toContain('ECONNREFUSED');
});

test('a service that stays silent is answered 504, one that breaks off 503', async () => {
  expect((await supertest(app).get('/api/fintech-gateway/hang')).status).toBe(504);
  expect((await supertest(app).get('/api/fintech-gateway/cut')).status).toBe(503);
});

test('a body above 256 KB is refused by what it says and by what it is', async () => {
  const large = 'x'.repeat(256 * 1024 + 1);
  expect((await supertest(app).post('/api/fintech-gateway/x').type('text/plain').send(large)).status).toBe(413);
  expect((await supertest(app).post('/api/fintech-gateway/x').type('text/plain').send(large.slice(1))).status).toBe(
    200,
  );

  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sending = httpRequest(
      {
        port: portOf(edge),
        path: '/api/fintech-gateway/x',
        method: 'POST',
        headers: { 'transfer-encoding': 'chunked' },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    sending.on('error', reject);
    for (let sent = 0; sent <= large.length; sent += 16_384) sending.write(large.slice(0, 16_384));
    sending.end();
  });
  expect(status).toBe(413);
});

/** Sends a request and closes its connection `afterMs` later; resolves when the edge has seen it go. */
async function sendAndLeave(head: string, afterMs: number, how: 'destroy' | 'resetAndDestroy'): Promise<void> {
  const socket = connect(portOf(edge), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(head);
  await sleep(afterMs);
  const closed = once(socket, 'close');
  socket[how]();
  await closed;
  await sleep(200);
}

test('a slow body holds no connection to a service', async () => {
  const before = asked;
  const socket = connect(portOf(edge), '127.0.0.1');
  socket.write('POST /api/fintech-gateway/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc');
  await sleep(200);
  expect(asked).toBe(before);
  socket.write('defghi');
  await once(socket, 'data');
  expect(asked).toBe(before + 1);
  socket.destroy();
});

test('a service hears that the client has left, for each of the requests that came on one connection', async () => {
  const closed: string[] = [];
  const note = (request: IncomingMessage, response: ServerResponse) =>
    void response.once('close', () => closed.push(request.url ?? ''));
  echo.on('request', note);
  await sendAndLeave(get('/long') + get('/hang') + get('/long'), 50, 'destroy');
  echo.off('request', note);
  expect(closed.sort()).toEqual(['/hang', '/long', '/long']);
});

const get = (path: string) => `GET /api/fintech-gateway${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

test.each([
  ['while a service is asked', get('/late'), 30],
  ['as soon as the request is sent', get('/late'), 0],
  ['when the service has just answered', get('/late'), 100],
  ['in the middle of the answer', get('/long'), 50],
  ['in the middle of the body', 'POST /api/fintech-gateway/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc', 30],
])('a client that leaves %s harms nobody', async (_when, head, afterMs) => {
  for (const how of ['destroy', 'resetAndDestroy'] as const) await sendAndLeave(head, afterMs, how);
  expect((await supertest(app).get('/api/fintech-gateway')).status).toBe(200);
});
