import { eventually } from '@ksbb/testkit';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Caller, type CallSettings, createCaller } from './call.ts';
import type { CallFailed } from './partner.ts';

const settings: CallSettings = {
  timeoutMs: 200,
  breaker: { volume: 3, errorPercentage: 50, windowMs: 60_000, buckets: 12, resetMs: 60_000, rampMs: 0, rampLimit: 2 },
  bulkhead: { inFlight: 2, waiting: 0, waitMs: 50 },
};

let server: Server;
let caller: Caller<'ask'>;
let answer: RequestListener;
let results: string[];

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  results = [];
  caller = createCaller('a partner', ['ask'], settings, ({ operation, result }) =>
    results.push(`${operation} ${result}`),
  );
});

afterEach(async () => {
  caller.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const call = (body?: string) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?query=1`;
  return caller.call('ask', {
    method: 'POST',
    url,
    headers: { 'X-Own': 'a' },
    ...(body === undefined ? {} : { body }),
  });
};
const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(code, headers).end('{"a":1}');
  };
async function failure(): Promise<CallFailed> {
  return call().then(
    () => Promise.reject(new Error('it did not fail')),
    (error: CallFailed) => error,
  );
}
const stateNow = () => caller.state().breakers[0]?.state;

test('sends the body byte by byte and answers status and parsed body', async () => {
  const got: string[] = [];
  answer = (request, response) => {
    request.on('data', (part: Buffer) =>
      got.push(
        `${request.method} ${request.url} ${request.headers['x-own']} ${request.headers['content-type']} ${part}`,
      ),
    );
    request.on('end', () => response.writeHead(201).end('{"a":1}'));
  };
  expect(await call('{ "b" :  2}')).toEqual({ status: 201, body: { a: 1 } });
  expect(got).toEqual(['POST /path?query=1 a application/json { "b" :  2}']);
  expect(results).toEqual(['ask ok']);
});

test.each([400, 401, 403, 404, 410, 422])('%i settles the matter and leaves the breaker as it is', async (code) => {
  answer = status(code);
  for (let n = 0; n < 5; n += 1) expect(await call()).toEqual({ status: code, body: { a: 1 } });
  expect(stateNow()).toBe('closed');
  expect(results).toContain('ask refused');
});

test.each([
  [503, 'not-done'],
  [429, 'not-done'],
  [425, 'not-done'],
  [408, 'in-doubt'],
  [409, 'in-doubt'],
  [500, 'in-doubt'],
  [502, 'in-doubt'],
  [302, 'in-doubt'],
])('%i leaves it %s and opens the breaker when it goes on; then nothing is sent', async (code, kind) => {
  answer = status(code);
  for (let n = 0; n < 3; n += 1)
    expect(await failure()).toMatchObject({ name: 'CallFailed', kind, retryAfterMs: null });
  expect(stateNow()).toBe('open');
  expect(await failure()).toMatchObject({ kind: 'deferred' });
  expect(results).toEqual([`ask ${kind}`, `ask ${kind}`, `ask ${kind}`, 'ask deferred']);
});

test.each([
  ['2', 2_000],
  ['0', 0],
  ['86400', 60_000],
  ['soon', null],
  ['-1', null],
  ['Fri, 01 Jan 2100 00:00:00 GMT', 60_000],
])('Retry-After %s is a pause of %s ms', async (seconds, retryAfterMs) => {
  answer = status(503, { 'Retry-After': seconds });
  expect(await failure()).toMatchObject({ retryAfterMs });
});

test('a body that is no JSON is null', async () => {
  answer = (_request, response) => response.end('<html>');
  expect(await call()).toEqual({ status: 200, body: null });
});

test('a call without an answer in time is in doubt, and another at the same time goes on', async () => {
  caller.close();
  caller = createCaller('a partner', ['ask'], { ...settings, timeoutMs: 1_000 }, () => undefined);
  const held: (() => void)[] = [];
  answer = (_request, response) => held.push(() => response.end('{}'));
  const hanging = failure();
  await eventually('1 call reached the partner', () => held.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const other = call();
  await eventually('2 calls reached the partner', () => held.length === 2);
  expect(await hanging).toMatchObject({ kind: 'in-doubt' });
  held[1]?.();
  expect(await other).toEqual({ status: 200, body: {} });
});

test('a probe that hangs ends at its time limit, and the next one is let through', async () => {
  caller.close();
  caller = createCaller(
    'a partner',
    ['ask'],
    { ...settings, breaker: { ...settings.breaker, resetMs: 50 } },
    () => undefined,
  );
  answer = status(500);
  for (let n = 0; n < settings.breaker.volume; n += 1) await failure();
  expect(stateNow()).toBe('open');
  answer = () => undefined;
  await eventually('the breaker is half-open', () => stateNow() === 'half-open');
  expect(await failure()).toMatchObject({ kind: 'in-doubt' });
  expect(stateNow()).toBe('open');
  answer = status(200);
  await eventually('the breaker is half-open', () => stateNow() === 'half-open');
  expect(await call()).toMatchObject({ status: 200 });
  expect(stateNow()).toBe('closed');
});

test('an answer that drips is cut at the time limit too', async () => {
  answer = (_request, response) => {
    response.write(' ');
    const drip = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drip));
  };
  expect(await failure()).toMatchObject({ kind: 'in-doubt' });
});

test('an answer that is larger than a partner would send is in doubt', async () => {
  answer = (_request, response) => response.end(Buffer.alloc(2 * 1024 * 1024));
  expect(await failure()).toMatchObject({ kind: 'in-doubt' });
});

test('a connection that is cut is in doubt', async () => {
  answer = (request) => request.socket.resetAndDestroy();
  expect(await failure()).toMatchObject({ kind: 'in-doubt' });
});

test('calls beyond the limit are put off, and that says nothing about the partner', async () => {
  const held: (() => void)[] = [];
  answer = (_request, response) => held.push(() => response.end('{}'));
  const running = [call(), call()];
  await eventually('2 calls reached the partner', () => held.length === 2);
  expect(caller.state().inFlight).toBe(2);
  for (let n = 0; n < 5; n += 1) expect(await failure()).toMatchObject({ kind: 'deferred' });
  expect(stateNow()).toBe('closed');
  for (const release of held) release();
  await Promise.all(running);
});
