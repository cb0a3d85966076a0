import type { lookup, LookupAddress } from 'node:dns';
import { startWebhookReceiver, type WebhookReceiver } from '../testing/webhook-receiver.ts';
import { guardedAgents } from './guarded-agents.ts';
import { createSend, type AttemptResult } from './send.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const now = new Date();
let receiver: WebhookReceiver;

/** Answers a lookup with these addresses, one after the other in turn. */
function resolving(...turns: LookupAddress[][]): typeof lookup {
  let turn = 0;
  const resolve = (_name: string, _options: object, done: (error: null, found: LookupAddress[]) => void) => {
    const found = turns[Math.min(turn, turns.length - 1)] as LookupAddress[];
    turn += 1;
    done(null, found);
  };
  return resolve as unknown as typeof lookup;
}
const at = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 });

async function send(url: string, resolve?: typeof lookup, allowLocal = false): Promise<AttemptResult> {
  const agents = guardedAgents({ allowLocal, ...(resolve === undefined ? {} : { resolve }) });
  const outcome = await createSend({ agents, timeoutMs: 500 })(
    { messageId: 'msg_1', payload: '{}', url, secrets: [secret] },
    now,
  );
  agents.close();
  return outcome;
}

beforeAll(async () => {
  receiver = await startWebhookReceiver();
});

afterEach(() => {
  receiver.received.length = 0;
  receiver.answerWith(() => ({ status: 204 }));
});

afterAll(() => receiver.close());

const port = () => new URL(receiver.url).port;

test.each([
  ['an address that is private', () => `http://127.0.0.1:${port()}/`],
  ['an address in another form', () => `http://2130706433:${port()}/`],
  ['an address in octal', () => `http://0177.0.0.1:${port()}/`],
  ['a short address', () => `http://127.1:${port()}/`],
  ['IPv6 loopback', () => `http://[::1]:${port()}/`],
  ['a mapped address', () => `http://[::ffff:127.0.0.1]:${port()}/`],
  ['NAT64', () => `http://[64:ff9b::7f00:1]:${port()}/`],
  ['the name of this machine', () => `http://localhost:${port()}/`],
])('%s is not connected to', async (_, url) => {
  expect(await send(url())).toMatchObject({
    is: 'failed',
    attempt: { status: null, error: expect.stringContaining('FORBIDDEN_ADDRESS') },
  });
  expect(receiver.received).toEqual([]);
});

test.each([
  ['resolves to a private address', [at('127.0.0.1')]],
  ['resolves to a mapped address', [at('::ffff:127.0.0.1')]],
  ['resolves to a public and a private address', [at('93.184.215.14'), at('10.0.0.1')]],
  ['resolves to nothing', []],
])('a name that %s is not connected to', async (_, found) => {
  const outcome = await send(`http://partner.example:${port()}/`, resolving(found));
  expect(outcome.attempt.error).toContain('FORBIDDEN_ADDRESS');
  expect(receiver.received).toEqual([]);
});

test('a name that changes its mind after a check is caught at the connection', async () => {
  const resolve = resolving([at('93.184.215.14')], [at('127.0.0.1')]);
  const checked = await new Promise((done) =>
    resolve('partner.example', { all: true }, (_error, found) => done(found)),
  );
  expect(checked).toEqual([at('93.184.215.14')]);
  expect((await send(`http://partner.example:${port()}/`, resolve)).attempt.error).toContain('FORBIDDEN_ADDRESS');
  expect(receiver.received).toEqual([]);
});

test('a redirect is a failure and is not followed, wherever it leads', async () => {
  receiver.answerWith(() => ({ status: 302, headers: { Location: `http://127.0.0.1:${port()}/inside` } }));
  expect(await send(receiver.url, undefined, true)).toMatchObject({ is: 'failed', attempt: { status: 302 } });
  expect(receiver.received).toHaveLength(1);
});

test('with the setting for development local addresses are let in', async () => {
  expect(await send(receiver.url, undefined, true)).toMatchObject({
    is: 'delivered',
    attempt: { status: 204, error: null },
  });
});

test('what was answered, and what it means', async () => {
  const outcomes: string[] = [];
  for (const status of [200, 299, 400, 410, 500, 503]) {
    receiver.answerWith(() => ({ status, headers: { 'Retry-After': '9' }, body: 'x'.repeat(2_000) }));
    const { is, retryAfterMs, attempt } = await send(receiver.url, undefined, true);
    expect({ retryAfterMs, length: attempt.answer?.length }).toEqual({ retryAfterMs: 9_000, length: 1_024 });
    outcomes.push(`${status} ${is}`);
  }
  expect(outcomes).toEqual(['200 delivered', '299 delivered', '400 failed', '410 gone', '500 failed', '503 failed']);
});

test('no answer in time is a failure, and says so', async () => {
  receiver.answerWith(() => 'hang');
  expect(await send(receiver.url, undefined, true)).toMatchObject({
    is: 'failed',
    attempt: { status: null, error: 'no answer within 500 ms' },
  });
});
