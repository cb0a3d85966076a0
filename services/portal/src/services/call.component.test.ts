import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '@ksbb/service-kit';
import { z } from 'zod';
import { createCall } from './call.ts';
import { createRegistryClient } from './clients.ts';

type StubAnswer = { status: number; body: string; type?: string };

let next: StubAnswer = { status: 200, body: '{}' };
const seen: {
  method: string | undefined;
  url: string | undefined;
  authorization: string | undefined;
  key: string | string[] | undefined;
}[] = [];
const server = createServer((request, response) => {
  seen.push({
    method: request.method,
    url: request.url,
    authorization: request.headers.authorization,
    key: request.headers['idempotency-key'],
  });
  response.writeHead(next.status, { 'content-type': next.type ?? 'application/json' });
  response.end(next.body);
});
const answer = z.object({ n: z.int() });
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const log = createLog('portal', 'silent');
const call = () => createCall('commitment', address(), log);

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
beforeEach(() => seen.splice(0));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('an answer that fits its contract is handed on', async () => {
  next = { status: 201, body: '{"n":7,"more":true}' };
  const reply = await call()({
    method: 'post',
    path: '/things',
    query: { a: 'b c', none: undefined },
    body: { x: 1 },
    bearer: 'tok',
    idempotencyKey: 'key-12345',
    answer,
  });
  expect(reply).toEqual({ kind: 'answer', value: { n: 7 } });
  expect(seen).toEqual([{ method: 'POST', url: '/things?a=b+c', authorization: 'Bearer tok', key: 'key-12345' }]);
});

test('a refusal is known by the end of its type, with its fields and what else it says', async () => {
  const body = JSON.stringify({
    type: 'urn:ksbb-umkm:problem:wrong-pin',
    title: 'wrong pin',
    status: 403,
    errors: [{ pointer: '/pin', detail: 'six digits' }],
    attemptsLeft: 4,
  });
  next = { status: 403, body, type: 'application/problem+json' };
  expect(await call()({ path: '/things', answer })).toMatchObject({
    kind: 'refusal',
    service: 'commitment',
    status: 403,
    slug: 'wrong-pin',
    errors: [{ pointer: '/pin', detail: 'six digits' }],
    extensions: { attemptsLeft: 4 },
  });
});

test.each<[string, StubAnswer]>([
  ['a fault', { status: 500, body: '{"type":"urn:x:internal-error"}' }],
  ['an absence', { status: 503, body: '{"type":"urn:x:unavailable"}' }],
  ['an answer that fits no contract', { status: 200, body: '{"n":"seven"}' }],
  ['a page instead of an answer', { status: 200, body: '<html>', type: 'text/html' }],
])('%s counts as unavailable', async (_what, stubbed) => {
  next = stubbed;
  expect(await call()({ path: '/things', answer })).toEqual({ kind: 'unavailable', service: 'commitment' });
});

test('a refusal in no known form is a refusal still', async () => {
  next = { status: 404, body: 'nope', type: 'text/plain' };
  expect(await call()({ path: '/things', answer })).toMatchObject({ kind: 'refusal', status: 404, slug: 'unknown' });
});

test('a service that cannot be reached is unavailable', async () => {
  expect(await createCall('training', 'http://127.0.0.1:1', log)({ path: '/things', answer })).toEqual({
    kind: 'unavailable',
    service: 'training',
  });
});

test('the areas are asked for again only after a while, and at once after a failure', async () => {
  let now = 0;
  const registry = createRegistryClient(call(), () => now);
  next = { status: 503, body: '{}' };
  expect((await registry.areas()).kind).toBe('unavailable');
  next = { status: 200, body: '{"items":[]}' };
  for (now of [1, 2, 9 * 60_000]) expect((await registry.areas()).kind).toBe('answer');
  expect(seen).toHaveLength(2);
  now = 11 * 60_000;
  await registry.areas();
  expect(seen).toHaveLength(3);
});
