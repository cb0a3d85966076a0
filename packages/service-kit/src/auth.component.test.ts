import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@ksbb/testkit';
import { SignJWT } from 'jose';
import request from 'supertest';
import { z } from 'zod';
import { bearerAuthenticator, constantTimeEqual, optional, type SignatureAuthenticator } from './auth.ts';
import { createHttpApp, routeTable } from './http.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { Problem, unauthorized } from './problem.ts';
import { defineRoute, type Route } from './route.ts';
import { capabilityAuthenticator } from './token.ts';

const log = createLog('test', 'silent');
const secret = 'a-capability-secret-for-tests';
const token = { secret, issuer: 'desk', audience: 'shelves', clock: () => new Date() };
const capability = capabilityAuthenticator({
  ...token,
  claims: z.object({ sub: z.string() }),
  help: 'Ask at the desk.',
});
const seen: string[] = [];

/** Signed by `x-signature`, which repeats the body backwards. */
const signature: SignatureAuthenticator<{ sender: string }> = {
  kind: 'partner',
  header: 'x-signature',
  checkHeaders: ({ headers }) => {
    if (headers['x-signature'] === undefined) throw unauthorized('There is no X-Signature.');
  },
  verifyBody: ({ headers }, rawBody) => {
    seen.push(rawBody.toString());
    if (headers['x-signature'] !== [...rawBody.toString()].reverse().join('')) throw unauthorized('It does not fit.');
    return { sender: 'partner-1' };
  },
};

const base = { method: 'post', operationId: 'x', summary: 'x', answers: {} } as const;
const routes: Route[] = [
  defineRoute({ ...base, path: '/public', auth: 'public', handle: () => ({ status: 204 }) }),
  defineRoute({
    ...base,
    path: '/operator',
    auth: 'operator',
    body: z.strictObject({}),
    handle: () => ({ status: 204 }),
  }),
  defineRoute({
    ...base,
    path: '/capability',
    auth: capability,
    handle: ({ principal: { sub } }) => ({ status: 200, body: { sub } }),
  }),
  defineRoute({
    ...base,
    path: '/optional',
    auth: optional(capability),
    handle: ({ principal }) => ({ status: 200, body: { sub: principal?.sub ?? 'anybody' } }),
  }),
  defineRoute({
    ...base,
    path: '/scoped/:id',
    auth: { kind: 'partner', scopes: ['shelves:read'], authenticate: () => Promise.reject(new Problem(403, 'no', '')) },
    handle: () => ({ status: 204 }),
  }),
  defineRoute({
    ...base,
    path: '/signed',
    auth: signature,
    body: z.strictObject({ pieces: z.int() }),
    handle: ({ principal: { sender }, body: { pieces } }) => ({ status: 200, body: { sender, pieces } }),
    answerError: (error) =>
      error instanceof Problem && error.status === 401 ? { status: 401, body: { said: error.detail } } : undefined,
  }),
];
const app = createHttpApp({
  service: 'test',
  routes,
  log,
  metrics: createMetrics('test'),
  auth: { operator: bearerAuthenticator('operator', 'right') },
});

type Given = {
  key?: string;
  algorithm?: string;
  issuer?: string;
  audience?: string;
  expires?: string;
  subject?: string;
};

/** A good token, unless changed. No `expires` means one that never ends. */
function sign(given: Given = {}): Promise<string> {
  const { key = secret, algorithm = 'HS256', issuer = 'desk', audience = 'shelves' } = given;
  const { expires, subject } = { expires: '1h', subject: 'shelf-1', ...given };
  const unsigned = new SignJWT({}).setProtectedHeader({ alg: algorithm }).setIssuer(issuer).setAudience(audience);
  if (expires !== '') unsigned.setExpirationTime(expires);
  if (subject !== '') unsigned.setSubject(subject);
  return unsigned.sign(new TextEncoder().encode(key));
}

test('a route table lists every route with who may call it', () => {
  expect(routeTable(app)).toEqual([
    'POST /public public',
    'POST /operator operator',
    'POST /capability capability',
    'POST /optional public',
    'POST /scoped/:id partner shelves:read',
    'POST /signed partner',
  ]);
});

test('an app is not built where a route names a kind for which there is no authenticator', () => {
  const partnerRoute = defineRoute({ ...base, path: '/p', auth: 'partner', handle: () => ({ status: 204 }) });
  const build = () =>
    createHttpApp({ service: 'test', routes: [partnerRoute], log, metrics: createMetrics('test'), auth: {} });
  expect(build).toThrow('no authenticator of the kind partner, for post /p');
});

test('the OpenAPI document names who may call', async () => {
  const { paths, components } = (await request(app).get('/openapi.json')).body;
  const security = (path: string) => paths[path].post.security;
  expect(['/public', '/operator', '/scoped/{id}', '/signed'].map(security)).toEqual([
    undefined,
    [{ operator: [] }],
    [{ partner: ['shelves:read'] }],
    [{ 'x-signature': [] }],
  ]);
  expect(components.securitySchemes).toEqual({
    operator: { type: 'http', scheme: 'bearer' },
    capability: { type: 'http', scheme: 'bearer' },
    partner: { type: 'http', scheme: 'bearer' },
    'x-signature': { type: 'apiKey', in: 'header', name: 'x-signature' },
  });
});

test.each([
  ['no token', undefined, 401],
  ['another token', 'Bearer wrong', 401],
  ['another scheme', 'Basic right', 401],
  ['the token', 'Bearer right', 204],
])('an operator with %s', async (_what, authorization, status) => {
  const call = request(app).post('/operator');
  const answer = await (authorization === undefined ? call : call.set('Authorization', authorization)).send({});
  expect(answer.status).toBe(status);
  expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
});

test('a stranger is refused before the body is looked at', async () => {
  for (const body of ['{"pieces":', JSON.stringify({ tags: 'x'.repeat(300_000) })]) {
    const { status } = await request(app).post('/operator').set('Content-Type', 'application/json').send(body);
    expect(status).toBe(401);
  }
});

describe('a capability', () => {
  const as = (bearer: string, path = '/capability') =>
    request(app).post(path).set('Authorization', `Bearer ${bearer}`).send();

  test('is what the handler sees as principal', async () => {
    expect((await as(await sign())).body).toEqual({ sub: 'shelf-1' });
  });

  test('that has expired is refused with how to get another', async () => {
    expect((await as(await sign({ expires: '-1h' }))).body).toMatchObject({
      status: 401,
      detail: 'This token has expired. Ask at the desk.',
    });
  });

  test.each<[string, Given]>([
    ['signed with another secret', { key: 'another-secret-of-enough-characters' }],
    ['of another algorithm', { algorithm: 'HS512', key: secret.repeat(3) }],
    ['of another issuer', { issuer: 'somebody' }],
    ['for another audience', { audience: 'somebody' }],
    ['that never expires', { expires: '' }],
    ['whose claims do not fit', { subject: '' }],
  ])('%s is refused', async (_what, given) => {
    expect((await as(await sign(given))).body).toMatchObject({
      status: 401,
      detail: 'This token is not valid here. Ask at the desk.',
    });
  });

  test('that is no token is refused', async () => {
    expect((await as('abc')).status).toBe(401);
    expect((await request(app).post('/capability').send()).status).toBe(401);
  });

  test('may be left out where it is optional, but not be wrong', async () => {
    expect((await request(app).post('/optional').send()).body).toEqual({ sub: 'anybody' });
    expect((await as(await sign(), '/optional')).body).toEqual({ sub: 'shelf-1' });
    expect((await as('abc', '/optional')).status).toBe(401);
  });
});

describe('a signature over the body', () => {
  const send = (body: string, signed?: string) => {
    const call = request(app).post('/signed').set('Content-Type', 'application/json');
    return (signed === undefined ? call : call.set('X-Signature', signed)).send(body);
  };
  beforeEach(() => void seen.splice(0));

  test('that is missing is refused before the body is read', async () => {
    expect((await send('x'.repeat(300_000))).body).toEqual({ said: 'There is no X-Signature.' });
    expect(seen).toEqual([]);
  });

  test('is verified before the body is parsed', async () => {
    expect((await send('{"pieces"', 'wrong')).body).toEqual({ said: 'It does not fit.' });
    expect(seen).toEqual(['{"pieces"']);
    expect((await send('{"pieces"', '"seceip"{')).body).toMatchObject({ status: 400 });
  });

  test('that fits says who sent it', async () => {
    const body = '{"pieces":3}';
    expect((await send(body, [...body].reverse().join(''))).body).toEqual({ sender: 'partner-1', pieces: 3 });
  });
});

test('secrets are compared whole, whatever their lengths', () => {
  expect([constantTimeEqual('abc', 'abc'), constantTimeEqual('abc', 'abd'), constantTimeEqual('a', 'abc')]).toEqual([
    true,
    false,
    false,
  ]);
});

describe('a client that leaves', () => {
  const metrics = createMetrics('test');
  let server: Server;
  const release = Promise.withResolvers<void>();
  const began: string[] = [];

  beforeAll(async () => {
    const slow = defineRoute({
      ...base,
      path: '/slow',
      auth: 'public',
      body: z.looseObject({}),
      handle: async ({ request: { path } }) => {
        began.push(path);
        await release.promise;
        return { status: 200, body: 'x'.repeat(1_000_000), headers: { 'Content-Type': 'text/plain' } };
      },
    });
    server = createServer(createHttpApp({ service: 'test', routes: [slow], log, metrics }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  const counted = async (status: string) => {
    const { values } = await metrics.httpDuration.get();
    return values.find(({ metricName, labels }) => metricName?.endsWith('_count') && labels.status === status)?.value;
  };
  const open = async (text: string) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(`POST /slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${text}`);
    return socket;
  };

  /**
   * Requests that were not answered: 400 where the body was incomplete, 499 where the client left before the answer.
   */
  const unanswered = async () => ((await counted('400')) ?? 0) + ((await counted('499')) ?? 0);

  test('during its body, before the answer, or during the answer does no harm and is measured', async () => {
    const halfway = await open('Content-Length: 100\r\n\r\n{"a":');
    await sleep(50);
    halfway.resetAndDestroy();
    await eventually('the first client is counted', async () => (await unanswered()) === 1);

    const waiting = await open('Content-Length: 2\r\n\r\n{}');
    await eventually('the second request is handled', () => began.length === 1);
    waiting.resetAndDestroy();
    await eventually('the second client is counted', async () => (await unanswered()) === 2);
    release.resolve();

    const reading = await open('Content-Length: 2\r\n\r\n{}');
    await once(reading, 'data');
    reading.resetAndDestroy();
    await eventually('the third client is counted', async () => (await counted('200')) === 1);
    expect((await request(server).post('/slow').send({})).status).toBe(200);
  });
});
