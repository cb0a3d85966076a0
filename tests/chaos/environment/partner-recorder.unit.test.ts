import { createServer, type RequestListener, type Server } from 'node:http';
import { callOf, type PartnerRecorder, startPartnerRecorder } from './partner-recorder.ts';

test.each([
  [
    'POST',
    '/amanah/v1.0/qardh-contracts',
    '{"partnerReferenceNo":"L1"}',
    { partner: 'amanah', operation: 'create-contract', reference: 'L1' },
  ],
  [
    'GET',
    '/amanah/v1.0/qardh-contracts/by-reference/L1',
    '',
    { partner: 'amanah', operation: 'get-contract', reference: 'L1' },
  ],
  [
    'POST',
    '/amanah/v1.0/qardh-contracts/by-reference/L1/cancel',
    '',
    { partner: 'amanah', operation: 'cancel-contract', reference: 'L1' },
  ],
  [
    'POST',
    '/lumbung/api/loans',
    '{"external_id":"L2"}',
    { partner: 'lumbung', operation: 'create-contract', reference: 'L2' },
  ],
  ['GET', '/lumbung/api/loans/L%3A2', '', { partner: 'lumbung', operation: 'get-contract', reference: 'L:2' }],
  ['POST', '/lumbung/api/loans/L2/cancel', '', { partner: 'lumbung', operation: 'cancel-contract', reference: 'L2' }],
  ['GET', '/lumbung/api/events?limit=100', '', null],
  ['GET', '/amanah/v1.0/statement?date=2026-11-24', '', null],
])('%s %s is recognised', (method, path, body, about) => {
  expect(callOf(method, path, Buffer.from(body))).toEqual(about);
});

let partner: Server;
let recorder: PartnerRecorder;
let answer: RequestListener;
beforeAll(async () => {
  partner = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => partner.listen(0, '127.0.0.1', resolve));
  recorder = await startPartnerRecorder(`http://127.0.0.1:${(partner.address() as { port: number }).port}`);
});
beforeEach(() => recorder.clear());
afterAll(async () => {
  recorder.close();
  partner.closeAllConnections();
  await new Promise((resolve) => partner.close(resolve));
});

const open = () =>
  fetch(`${recorder.url}/lumbung/api/loans`, {
    method: 'POST',
    headers: { 'Idempotency-Key': 'key-L2' },
    body: '{"external_id":"L2"}',
    signal: AbortSignal.timeout(10_000),
  });

test('an answer goes through unchanged and is recorded', async () => {
  answer = (request, response) => {
    request.resume();
    response.writeHead(429, { 'Retry-After': '2', 'X-Own': 'yes' }).end('{"a":1}');
  };
  const response = await open();
  expect([response.status, response.headers.get('x-own'), await response.text()]).toEqual([429, 'yes', '{"a":1}']);
  expect(recorder.calls()).toEqual([
    {
      partner: 'lumbung',
      operation: 'create-contract',
      reference: 'L2',
      idempotencyKey: 'key-L2',
      beganAt: expect.any(Number),
      answeredAt: expect.any(Number),
      status: 429,
      retryAfterMs: 2_000,
    },
  ]);
});

test.each<[string, RequestListener]>([
  ['a reset before the answer', (request) => request.socket.resetAndDestroy()],
  [
    'an end in the middle of the answer',
    (request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{', () => request.socket.destroy());
    },
  ],
])('%s reaches the caller as a failure and counts as no answer', async (_, fails) => {
  answer = fails;
  await expect(open().then((response) => response.text())).rejects.toThrow();
  expect(recorder.calls()).toMatchObject([{ reference: 'L2', status: null }]);
});

test('a caller that gives up ends the call at the partner too', async () => {
  const given = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  answer = (_, response) => {
    response.on('close', ended.resolve);
    given.resolve();
  };
  const caller = new AbortController();
  const calling = fetch(`${recorder.url}/amanah/v1.0/qardh-contracts/by-reference/L1`, { signal: caller.signal });
  await given.promise;
  caller.abort();
  await expect(calling).rejects.toThrow();
  await ended.promise;
  expect(recorder.calls()).toMatchObject([{ reference: 'L1', operation: 'get-contract', status: null }]);
});
