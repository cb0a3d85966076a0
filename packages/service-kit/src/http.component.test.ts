import request from 'supertest';
import { z } from 'zod';
import { createHttpApp } from './http.ts';
import { createHealthApp } from './lifecycle.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { conflict } from './problem.ts';
import { defineRoute } from './route.ts';

class Away extends Error {}

const routes = [
  defineRoute({
    auth: 'public',
    method: 'post',
    path: '/shelves/:shelfId',
    operationId: 'fillShelf',
    summary: 'Fills a shelf.',
    params: z.object({ shelfId: z.string().max(5, 'at most 5 characters') }),
    query: z.strictObject({ dry: z.enum(['yes', 'no']).optional() }),
    body: z.strictObject({
      pieces: z.int('a whole number').min(1, 'at least 1'),
      tags: z.array(z.string()).optional(),
    }),
    idempotent: true,
    answers: { 201: { description: 'Filled.', schema: z.object({ shelfId: z.string() }) } },
    handle: ({ params, body, idempotencyKey, rawBody }) => ({
      status: 201,
      body: { shelfId: params.shelfId, pieces: body.pieces, idempotencyKey, bytes: rawBody.length },
      headers: { ETag: '"1"' },
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/fail/:how',
    operationId: 'fail',
    summary: 'Fails.',
    params: z.object({ how: z.string() }),
    auth: 'public',
    answers: {},
    handle: ({ params }) => {
      if (params.how === 'away') throw new Away('the secret host name');
      if (params.how === 'conflict') throw conflict('shelf-full', 'The shelf is full.', { left: 0 });
      if (params.how === 'none') return { status: 204 };
      if (params.how === 'text') return { status: 200, body: 'a,b\n', headers: { 'Content-Type': 'text/csv' } };
      throw new Error('the secret host name');
    },
  }),
];

const metrics = createMetrics('test');
const app = createHttpApp({
  service: 'test',
  routes,
  log: createLog('test', 'silent'),
  metrics,
  isUnavailable: (error) => error instanceof Away,
});
const fill = (body: unknown, key = 'key-00001') => {
  const call = request(app).post('/shelves/a').set('Content-Type', 'application/json');
  return (key === '' ? call : call.set('Idempotency-Key', key)).send(
    typeof body === 'string' ? body : JSON.stringify(body),
  );
};

test('a good request is answered with what the handler says', async () => {
  const answer = await fill({ pieces: 3 });
  expect(answer.status).toBe(201);
  expect(answer.headers.etag).toBe('"1"');
  expect(answer.body).toEqual({ shelfId: 'a', pieces: 3, idempotencyKey: 'key-00001', bytes: 12 });
});

test('every bad field is named at once, by JSON pointer, with what would be right', async () => {
  const answer = await fill({ pieces: 0, tags: ['x', 4], colour: 'red' });
  expect(answer.status).toBe(400);
  expect(answer.type).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    type: 'urn:ksbb-umkm:problem:invalid-request',
    status: 400,
    instance: '/shelves/a',
  });
  expect(answer.body.errors).toEqual([
    { pointer: '/pieces', detail: 'at least 1' },
    { pointer: '/tags/1', detail: expect.stringContaining('expected string') },
    { pointer: '/colour', detail: 'This field is not known here; leave it out.' },
  ]);
});

test.each([
  ['malformed JSON', '{"pieces":', 400, 'invalid-request'],
  ['a bare value', '"three"', 400, 'invalid-request'],
  ['a body that is too large', { pieces: 1, tags: ['x'.repeat(256 * 1024)] }, 413, 'too-large'],
])('%s is refused', async (_what, body, status, slug) => {
  const answer = await fill(body);
  expect(answer.status).toBe(status);
  expect(answer.body.type).toBe(`urn:ksbb-umkm:problem:${slug}`);
});

test.each(['', 'short', 'with a space'])('the idempotency key %p is refused and named', async (key) => {
  const answer = await fill({ pieces: 1 }, key);
  expect(answer.status).toBe(400);
  expect(answer.body.errors[0].pointer).toBe('header Idempotency-Key');
});

test('a bad path or query parameter is named with its place', async () => {
  const path = await request(app).post('/shelves/toolong').set('Idempotency-Key', 'key-00001').send({ pieces: 1 });
  expect(path.body.errors).toEqual([{ pointer: 'path /shelfId', detail: 'at most 5 characters' }]);
  const query = await request(app).post('/shelves/a?wet=1').set('Idempotency-Key', 'key-00001').send({ pieces: 1 });
  expect(query.body.errors[0].pointer).toBe('query /wet');
});

test('a fault is a 500 that tells nothing of the inside', async () => {
  const answer = await request(app).get('/fail/oops');
  expect(answer.status).toBe(500);
  expect(JSON.stringify(answer.body)).not.toContain('secret');
});

test('a dependency that is away is a 503 with Retry-After', async () => {
  const answer = await request(app).get('/fail/away');
  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('2');
  expect(JSON.stringify(answer.body)).not.toContain('secret');
});

test('a refusal keeps its status, slug and members', async () => {
  const answer = await request(app).get('/fail/conflict');
  expect(answer.status).toBe(409);
  expect(answer.body).toMatchObject({
    type: 'urn:ksbb-umkm:problem:shelf-full',
    detail: 'The shelf is full.',
    left: 0,
  });
});

test('an empty answer and a text answer are sent as they are', async () => {
  expect((await request(app).get('/fail/none')).status).toBe(204);
  const text = await request(app).get('/fail/text');
  expect([text.type, text.text]).toEqual(['text/csv', 'a,b\n']);
});

test('an unknown path is a 404 problem', async () => {
  const answer = await request(app).get('/nowhere');
  expect([answer.status, answer.body.type]).toEqual([404, 'urn:ksbb-umkm:problem:no-such-route']);
});

test('the OpenAPI document tells parameters, bodies and answers', async () => {
  const { body } = await request(app).get('/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  const operation = body.paths['/shelves/{shelfId}'].post;
  expect(operation.parameters.map((parameter: { name: string }) => parameter.name)).toEqual([
    'shelfId',
    'dry',
    'Idempotency-Key',
  ]);
  expect(operation.requestBody.content['application/json'].schema.required).toEqual(['pieces']);
  expect(operation.responses['201'].content['application/json'].schema.properties.shelfId.type).toBe('string');
  expect(body.paths['/fail/{how}'].get.security).toBeUndefined();
});

test('health, readiness and metrics stand on their own', async () => {
  const checks = { database: () => Promise.resolve(true), broker: () => true };
  const health = createHealthApp(metrics, checks);
  expect((await request(health).get('/healthz/live')).status).toBe(200);
  const ready = await request(health).get('/healthz/ready');
  expect([ready.status, ready.body]).toEqual([200, { database: true, broker: true }]);
  const notReady = await request(
    createHealthApp(metrics, { ...checks, broker: () => Promise.reject(new Error('no')) }),
  ).get('/healthz/ready');
  expect([notReady.status, notReady.body]).toEqual([503, { database: true, broker: false }]);
  await fill({ pieces: 1 });
  expect((await request(health).get('/metrics')).text).toMatch(
    /http_request_duration_seconds_count\{.*route="\/shelves\/:shelfId".*status="201".*\}/,
  );
});
