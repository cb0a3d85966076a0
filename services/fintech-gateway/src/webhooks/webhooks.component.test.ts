import { randomUUID } from 'node:crypto';
import { eventually, freePort } from '@ksbb/testkit';
import { apiClient } from '../testing/api-client.ts';
import { OPERATOR_TOKEN, startGateway, type TestGateway } from '../testing/gateway.ts';
import { isSignedWith, startWebhookReceiver, type WebhookReceiver } from '../testing/webhook-receiver.ts';
import { createEnvironment, type Environment } from '../testing/environment.ts';

type Endpoint = { endpointId: string; secret: string; etag: string };

let environment: Environment;
let gateway: TestGateway;
let receiver: WebhookReceiver;
let call: ReturnType<typeof apiClient>;

async function issue(partner: string, scopes: string[]): Promise<string> {
  return String(
    (await call('POST', '/partner-credentials', { partner, label: 'tests', scopes }, {}, OPERATOR_TOKEN)).body.token,
  );
}

async function newEndpoint(path: string, eventTypes = ['contract-forwarded'], url = receiver.url): Promise<Endpoint> {
  const { status, body, etag } = await call('POST', '/partner/v1/endpoints', { url: `${url}${path}`, eventTypes });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return { endpointId: String(body.endpointId), secret: String(body.secret), etag };
}

const receivedAt = (path: string) => receiver.received.filter((one) => one.path === path);
const test_ = (endpointId: string) => call('POST', `/partner/v1/endpoints/${endpointId}/test`);
async function deliveriesOf(endpointId: string, query = '') {
  const { body } = await call('GET', `/partner/v1/endpoints/${endpointId}/deliveries${query}`);
  return body as {
    items: {
      messageId: string;
      state: string;
      eventType: string;
      attempts: { status: number | null; answer: string }[];
    }[];
    nextCursor: string | null;
  };
}
const stateOf = async (endpointId: string) => (await deliveriesOf(endpointId)).items.map(({ state }) => state);

beforeAll(async () => {
  environment = await createEnvironment();
  receiver = await startWebhookReceiver();
  const settings = {
    WEBHOOK_ALLOW_LOCAL: 'true',
    WEBHOOK_TIMEOUT_MS: '6000',
    WEBHOOK_POLL_MS: '50',
    WEBHOOK_STEPS_MS: '30,30,30',
  };
  gateway = await startGateway({ ...environment, partnersUrl: environment.sandbox.url }, settings);
  call = apiClient(environment.gatewayUrl, OPERATOR_TOKEN);
  const token = await issue('amanah', ['endpoints:read', 'endpoints:write', 'deliveries:read', 'deliveries:replay']);
  call = apiClient(environment.gatewayUrl, token);
});

afterEach(() => {
  receiver.answerWith(() => ({ status: 204 }));
});

afterAll(async () => {
  await gateway.close();
  await receiver.close();
  await environment.close();
});

describe('what happens to a loan', () => {
  test('is sent to the endpoints that want it, signed, once, and without the link of the donor', async () => {
    const all = await newEndpoint('/all', [
      'contract-forwarded',
      'contract-signed',
      'loan-disbursed',
      'repayment-received',
      'loan-repaid',
    ]);
    const some = await newEndpoint('/some', ['loan-repaid']);
    const loanId = await environment.commit('amanah', 900, 3);
    await eventually(
      'the loan is awaiting-signature',
      async () => (await environment.get(`/loans/${loanId}`)).body.status === 'awaiting-signature',
    );
    await environment.sandbox.sign(String((await environment.loan(loanId)).signUrl));
    await eventually(
      'the loan is disbursed',
      async () => (await environment.get(`/loans/${loanId}`)).body.status === 'disbursed',
    );
    await environment.sandbox.repay('amanah', loanId, { instalments: [1, 2, 3] });
    await eventually('/some receives 1', () => receivedAt('/some').length === 1 && receivedAt('/all').length === 7);
    await environment.republish((event) => JSON.stringify(event).includes(loanId));
    const types = receivedAt('/all').map(({ payload }) => (JSON.parse(payload) as { type: string }).type);
    expect(types.toSorted()).toEqual([
      'contract-forwarded',
      'contract-signed',
      'loan-disbursed',
      'loan-repaid',
      'repayment-received',
      'repayment-received',
      'repayment-received',
    ]);
    for (const one of receivedAt('/all')) {
      expect(isSignedWith(all.secret, one)).toBe(true);
      expect(isSignedWith(some.secret, one)).toBe(false);
      expect(one.payload).not.toContain('signUrl');
      expect(JSON.parse(one.payload)).toMatchObject({
        timestamp: expect.any(String),
        data: { loanId, partner: 'amanah' },
      });
    }
    expect(new Set(receivedAt('/all').map(({ headers }) => headers['webhook-id'])).size).toBe(7);
  });

  test('at one partner is not sent to another', async () => {
    const lumbung = await issue('lumbung', ['endpoints:read', 'endpoints:write']);
    const other = await call(
      'POST',
      '/partner/v1/endpoints',
      { url: `${receiver.url}/lumbung`, eventTypes: ['contract-forwarded'] },
      {},
      lumbung,
    );
    const own = await newEndpoint('/own');
    const loanId = await environment.commit('amanah', 900, 3);
    await eventually('/own receives the event', () =>
      receivedAt('/own').some(({ payload }) => payload.includes(loanId)),
    );
    expect(receivedAt('/lumbung')).toEqual([]);
    expect((await call('GET', `/partner/v1/endpoints/${other.body.endpointId}`)).status).toBe(404);
    expect((await call('GET', `/partner/v1/endpoints/${own.endpointId}`, undefined, {}, lumbung)).status).toBe(404);
  });
});

describe('an attempt that fails', () => {
  test('is made again until it succeeds, with the same id and bytes, and all of it is in the log', async () => {
    const { endpointId, secret } = await newEndpoint('/flaky');
    let calls = 0;
    receiver.answerWith(() => ({ status: (calls += 1) < 3 ? 500 : 200, body: `answer ${calls}` }));
    await test_(endpointId);
    await eventually('the delivery is delivered', async () => (await stateOf(endpointId))[0] === 'delivered');
    const [delivery] = (await deliveriesOf(endpointId)).items;
    expect(delivery?.attempts).toMatchObject([
      { status: 500, answer: 'answer 1' },
      { status: 500 },
      { status: 200, answer: 'answer 3' },
    ]);
    const sent = receivedAt('/flaky');
    expect(new Set(sent.map(({ headers, payload }) => `${headers['webhook-id']} ${payload}`)).size).toBe(1);
    expect(sent.every((one) => isSignedWith(secret, one))).toBe(true);
    const shown = await call('GET', `/partner/v1/endpoints/${endpointId}/deliveries/${delivery?.messageId}`);
    expect(shown.body).toMatchObject({
      state: 'delivered',
      payload: sent[0]?.payload,
      attempts: [{ request: { url: `${receiver.url}/flaky`, headers: { 'webhook-id': delivery?.messageId } } }, {}, {}],
    });
  });

  test('for the last time is the end, and a replay begins anew', async () => {
    const { endpointId } = await newEndpoint('/down');
    receiver.answerWith(({ path }) => ({ status: path === '/down' ? 503 : 204 }));
    await test_(endpointId);
    await eventually('the delivery is exhausted', async () => (await stateOf(endpointId))[0] === 'exhausted');
    expect(receivedAt('/down')).toHaveLength(4);
    receiver.answerWith(() => ({ status: 204 }));
    const [delivery] = (await deliveriesOf(endpointId, '?state=exhausted')).items;
    expect(
      (await call('POST', `/partner/v1/endpoints/${endpointId}/deliveries/${delivery?.messageId}/replay`)).status,
    ).toBe(202);
    await eventually('the delivery is delivered', async () => (await stateOf(endpointId))[0] === 'delivered');
    expect(receivedAt('/down')).toHaveLength(5);
    expect((await call('POST', `/partner/v1/endpoints/${endpointId}/deliveries/msg_nobody/replay`)).status).toBe(404);
  });
});

describe('an endpoint that says it is gone', () => {
  test('is sent nothing more, the others are notified, and what was missed is replayed once it is back', async () => {
    const gone = await newEndpoint('/gone');
    const other = await newEndpoint('/notified', ['endpoint-disabled']);
    receiver.answerWith(({ path }) => ({ status: path === '/gone' ? 410 : 204 }));
    const from = new Date().toISOString();
    const first = await environment.commit('amanah', 900, 3);
    await eventually('/notified receives 1', () => receivedAt('/notified').length === 1);
    expect(JSON.parse(receivedAt('/notified')[0]?.payload ?? '')).toMatchObject({
      type: 'endpoint-disabled',
      data: { endpointId: gone.endpointId, reason: 'gone' },
    });
    expect(isSignedWith(other.secret, receivedAt('/notified')[0]!)).toBe(true);
    const second = await environment.commit('amanah', 900, 3);
    await eventually('there are two deliveries', async () => (await stateOf(gone.endpointId)).length === 2);
    expect(await stateOf(gone.endpointId)).toEqual(['held', 'held']);
    expect(receivedAt('/gone')).toHaveLength(1);
    const replayMissing = () =>
      call('POST', `/partner/v1/endpoints/${gone.endpointId}/replay`, {
        from,
        to: new Date(Date.now() + 1_000).toISOString(),
        which: 'missing',
      });
    expect(await replayMissing()).toMatchObject({ status: 409 });
    expect(await test_(gone.endpointId)).toMatchObject({ status: 409 });

    receiver.answerWith(() => ({ status: 204 }));
    const shown = await call('GET', `/partner/v1/endpoints/${gone.endpointId}`);
    expect(shown.body).toMatchObject({ disabled: { reason: 'gone' }, failures: 1 });
    expect(
      (await call('PATCH', `/partner/v1/endpoints/${gone.endpointId}`, { enabled: true }, { 'If-Match': shown.etag }))
        .body,
    ).toMatchObject({ disabled: null, failures: 0 });
    expect((await replayMissing()).body).toMatchObject({ replayed: 2, next: null });
    await eventually('/gone receives 3', () =>
      [first, second].every(
        (loanId) =>
          receivedAt('/gone').filter(({ payload }) => payload.includes(loanId)).length >= 1 &&
          receivedAt('/gone').length === 3,
      ),
    );
    expect((await replayMissing()).body).toMatchObject({ replayed: 0 });
  });
});

test('one that hangs holds up nobody else', async () => {
  const slow = await newEndpoint('/slow');
  const quick = await newEndpoint('/quick');
  receiver.answerWith(({ path }) => (path === '/slow' ? 'hang' : { status: 204 }));
  // All at once: an attempt that is over before the last is sent would never hang beside it.
  await Promise.all(Array.from({ length: 15 }, () => test_(slow.endpointId)));
  await eventually('ten attempts hang at once', () => receiver.mostHanging('/slow') === 10);
  for (let n = 0; n < 15; n += 1) await test_(quick.endpointId);
  await eventually('/quick receives 15', () => receivedAt('/quick').length === 15);
  expect(receiver.mostHanging('/slow')).toBe(10);
  await call('DELETE', `/partner/v1/endpoints/${slow.endpointId}`);
});

test('two gateways on one database send each message once', async () => {
  const other = await startGateway(
    { ...environment, partnersUrl: environment.sandbox.url, port: await freePort() },
    { WEBHOOK_ALLOW_LOCAL: 'true', WEBHOOK_POLL_MS: '20' },
  );
  const { endpointId } = await newEndpoint('/twice');
  const sent = await Promise.all(Array.from({ length: 40 }, () => test_(endpointId)));
  await eventually(
    '40 messages are received',
    () => new Set(receivedAt('/twice').map(({ headers }) => headers['webhook-id'])).size === 40,
  );
  await other.close();
  expect(
    receivedAt('/twice')
      .map(({ headers }) => headers['webhook-id'])
      .toSorted(),
  ).toEqual(sent.map(({ body }) => String(body.messageId)).toSorted());
});

test('a new endpoint can be sent what happened before it was there', async () => {
  const from = new Date(Date.now() - 1_000).toISOString();
  const loanId = await environment.commit('amanah', 900, 3);
  await eventually('contract-forwarded is published', () =>
    environment.seen().some(({ name, data }) => name === 'contract-forwarded' && data.loanId === loanId),
  );
  await eventually('an endpoint receives the event', () =>
    receiver.received.some(({ payload }) => payload.includes(loanId)),
  );
  const { endpointId } = await newEndpoint('/late');
  const range = { from, to: new Date(Date.now() + 1_000).toISOString() };
  const replayed = await call('POST', `/partner/v1/endpoints/${endpointId}/replay`, { ...range, which: 'all' });
  expect(replayed.body.replayed).toBeGreaterThan(0);
  await eventually('/late receives the event', () =>
    receivedAt('/late').some(({ payload }) => payload.includes(loanId)),
  );
});

describe('a secret that is replaced', () => {
  test('goes on being signed with for a day, beside the new one', async () => {
    const { endpointId, secret, etag } = await newEndpoint('/rotated');
    const rotated = await call('POST', `/partner/v1/endpoints/${endpointId}/rotate-secret`, undefined, {
      'If-Match': etag,
    });
    const next = String(rotated.body.secret);
    expect(next).not.toBe(secret);
    await test_(endpointId);
    await eventually('/rotated receives 1', () => receivedAt('/rotated').length === 1);
    expect([secret, next].map((one) => isSignedWith(one, receivedAt('/rotated')[0]!))).toEqual([true, true]);
    expect(
      (await call('POST', `/partner/v1/endpoints/${endpointId}/rotate-secret`, undefined, { 'If-Match': etag })).status,
    ).toBe(412);
    expect((await call('POST', `/partner/v1/endpoints/${endpointId}/rotate-secret`)).status).toBe(428);
  });
});

describe('a credential', () => {
  test('does what its scopes say, until it is taken back', async () => {
    const reader = await issue('amanah', ['endpoints:read']);
    expect((await call('GET', '/partner/v1/endpoints', undefined, {}, reader)).status).toBe(200);
    expect((await call('GET', '/partner/v1/event-types', undefined, {}, reader)).body.items).toHaveLength(10);
    expect(
      await call(
        'POST',
        '/partner/v1/endpoints',
        { url: `${receiver.url}/x`, eventTypes: ['loan-repaid'] },
        {},
        reader,
      ),
    ).toMatchObject({ status: 403, body: { type: expect.stringContaining('scope-missing') } });
    const { items } = (await call('GET', '/partner-credentials', undefined, {}, OPERATOR_TOKEN)).body as {
      items: { credentialId: string; scopes: string[]; token?: string }[];
    };
    expect(JSON.stringify(items)).not.toContain(reader);
    const id = items.find(({ scopes }) => scopes.join() === 'endpoints:read')?.credentialId;
    for (let times = 0; times < 2; times += 1)
      expect((await call('DELETE', `/partner-credentials/${id}`, undefined, {}, OPERATOR_TOKEN)).status).toBe(204);
    expect((await call('GET', '/partner/v1/endpoints', undefined, {}, reader)).status).toBe(401);
    expect((await call('DELETE', '/partner-credentials/cred_nobody', undefined, {}, OPERATOR_TOKEN)).status).toBe(404);
    expect((await call('GET', '/partner-credentials')).status).toBe(401);
  });

  test('is issued once for a key', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    const wish = { partner: 'amanah', label: 'once', scopes: ['endpoints:read'] };
    const first = await call('POST', '/partner-credentials', wish, key, OPERATOR_TOKEN);
    expect(await call('POST', '/partner-credentials', wish, key, OPERATOR_TOKEN)).toEqual(first);
    expect((await call('POST', '/partner-credentials', { ...wish, label: 'other' }, key, OPERATOR_TOKEN)).status).toBe(
      422,
    );
  });
});

describe('an endpoint', () => {
  test('is made once for a key', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    const wish = { url: `${receiver.url}/once`, eventTypes: ['loan-repaid'] };
    const first = await call('POST', '/partner/v1/endpoints', wish, key);
    expect(await call('POST', '/partner/v1/endpoints', wish, key)).toEqual(first);
    expect((await call('POST', '/partner/v1/endpoints', { ...wish, url: `${receiver.url}/two` }, key)).status).toBe(
      422,
    );
  });

  test.each<[string, object, string]>([
    ['no address', { url: 'nonsense', eventTypes: ['loan-repaid'] }, '/url'],
    ['another protocol', { url: 'ftp://partner.example/', eventTypes: ['loan-repaid'] }, '/url'],
    ['a user name', { url: 'https://me:secret@partner.example/', eventTypes: ['loan-repaid'] }, '/url'],
    ['an unknown event type', { url: 'https://partner.example/', eventTypes: ['loan-lost'] }, '/eventTypes/0'],
    [
      'an event type twice',
      { url: 'https://partner.example/', eventTypes: ['loan-repaid', 'loan-repaid'] },
      '/eventTypes',
    ],
    ['no event type', { url: 'https://partner.example/', eventTypes: [] }, '/eventTypes'],
    ['an unknown field', { url: 'https://partner.example/', eventTypes: ['loan-repaid'], colour: 'red' }, '/colour'],
  ])('with %s is refused by field', async (_, body, pointer) => {
    expect(await call('POST', '/partner/v1/endpoints', body)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer }] },
    });
  });

  test('is changed, and removed with all that waits for it', async () => {
    const { endpointId, etag } = await newEndpoint('/changed');
    const changed = await call(
      'PATCH',
      `/partner/v1/endpoints/${endpointId}`,
      { description: 'books', enabled: false },
      { 'If-Match': etag },
    );
    expect(changed.body).toMatchObject({ description: 'books', disabled: { reason: 'by-partner' } });
    expect(
      (await call('PATCH', `/partner/v1/endpoints/${endpointId}`, { description: 'other' }, { 'If-Match': etag }))
        .status,
    ).toBe(412);
    expect((await call('PATCH', `/partner/v1/endpoints/${endpointId}`, {}, { 'If-Match': changed.etag })).status).toBe(
      400,
    );
    expect((await call('DELETE', `/partner/v1/endpoints/${endpointId}`)).status).toBe(204);
    expect((await call('GET', `/partner/v1/endpoints/${endpointId}`)).status).toBe(404);
  });

  test('pages through its log', async () => {
    const { endpointId } = await newEndpoint('/paged');
    for (let n = 0; n < 3; n += 1) await test_(endpointId);
    await eventually('there are three deliveries', async () => (await stateOf(endpointId)).length === 3);
    const first = await deliveriesOf(endpointId, '?limit=2');
    const rest = await deliveriesOf(endpointId, `?limit=2&cursor=${first.nextCursor}`);
    expect([first.items.length, rest.items.length, rest.nextCursor]).toEqual([2, 1, null]);
    expect(new Set([...first.items, ...rest.items].map(({ messageId }) => messageId)).size).toBe(3);
  });
});

test('without the setting for development, private addresses are refused', async () => {
  await gateway.close();
  gateway = await startGateway({ ...environment, partnersUrl: environment.sandbox.url });
  for (const url of [
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://localhost/',
    'https://169.254.169.254/latest',
    'http://8.8.8.8/',
  ]) {
    expect(await call('POST', '/partner/v1/endpoints', { url, eventTypes: ['loan-repaid'] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/url' }] },
    });
  }
});
