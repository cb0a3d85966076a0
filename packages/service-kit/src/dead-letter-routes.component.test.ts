import request from 'supertest';
import { bearerAuthenticator } from './auth.ts';
import { type DeadLetters, deadLetterRoutes } from './dead-letter-routes.ts';
import { createHttpApp } from './http.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';

const operatorToken = 'an-operator-token-for-tests';
const deadLetter = {
  service: 'stock',
  eventId: 'shop:s-1@1',
  eventType: 'ksbb.shop.shelf-filled.v1',
  reason: 'invalid',
  error: 'pieces',
  deadAt: null,
  content: '{}',
};
const group = {
  service: 'stock',
  eventType: deadLetter.eventType,
  reason: 'invalid',
  error: 'pieces',
  count: 2,
  oldest: null,
  eventIds: [deadLetter.eventId],
};

/** Dead letters that record what they were asked. */
function given(isAway = false) {
  const asked: unknown[] = [];
  const answer = async <T>(what: unknown, value: T): Promise<T> => {
    asked.push(what);
    if (isAway) throw new Error('connect ECONNREFUSED secret-host');
    return value;
  };
  const deadLetters: DeadLetters = {
    list: (choice) => answer(['list', choice], { groups: [group], letters: 2, unseen: 0 }),
    show: (eventId) => answer(['show', eventId], eventId === deadLetter.eventId ? [deadLetter] : []),
    replay: (choice) => answer(['replay', choice], { moved: 2, left: 1 }),
    discard: (choice) => answer(['discard', choice], { moved: 3, left: 0 }),
  };
  const routes = deadLetterRoutes({ deadLetters });
  const app = createHttpApp({
    service: 'stock',
    routes,
    auth: { operator: bearerAuthenticator('operator', operatorToken) },
    log: createLog('stock', 'silent'),
    metrics: createMetrics('stock'),
  });
  const send = (method: 'get' | 'post', path: string, body?: object) =>
    request(app)[method](`/operator/dead-letters${path}`).set('Authorization', `Bearer ${operatorToken}`).send(body);
  return { app, asked, send };
}

test.each<['get' | 'post', string, object | undefined, unknown, object]>([
  ['get', '', undefined, ['list', {}], { groups: [group], letters: 2, unseen: 0 }],
  [
    'get',
    '?reason=invalid&eventType=t',
    undefined,
    ['list', { reason: 'invalid', eventType: 't' }],
    { groups: [group], letters: 2, unseen: 0 },
  ],
  [
    'get',
    `/${encodeURIComponent(deadLetter.eventId)}`,
    undefined,
    ['show', deadLetter.eventId],
    { letters: [deadLetter] },
  ],
  ['post', '/replay', { eventId: 'e' }, ['replay', { eventId: 'e' }], { replayed: 2, left: 1 }],
  ['post', '/discard', { error: 'pieces' }, ['discard', { error: 'pieces' }], { discarded: 3, left: 0 }],
])('%s %s asks the dead letters and answers what they say', async (method, path, body, question, answer) => {
  const { asked, send } = given();
  const { status, body: got } = await send(method, path, body);
  expect([status, got]).toEqual([200, answer]);
  expect(asked).toEqual([question]);
});

test.each<['get' | 'post', string, object | undefined]>([
  ['get', '', undefined],
  ['get', '/e', undefined],
  ['post', '/replay', { eventId: 'e' }],
  ['post', '/discard', { eventId: 'e' }],
])('%s %s is for operators only', async (method, path, body) => {
  const { app, asked } = given();
  for (const token of ['', 'Bearer another-token-of-somebody']) {
    expect(
      (await request(app)[method](`/operator/dead-letters${path}`).set('Authorization', token).send(body)).status,
    ).toBe(401);
  }
  expect(asked).toEqual([]);
});

test.each([
  [{}, ''],
  [{ service: 'stock' }, '/service'],
  [{ eventId: '' }, '/eventId'],
])('moving %j is refused with the field, and nothing is moved', async (body, pointer) => {
  const { asked, send } = given();
  for (const path of ['/replay', '/discard']) {
    const answer = await send('post', path, body);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
  }
  expect(asked).toEqual([]);
});

test('an event without dead letters is not found', async () => {
  expect((await given().send('get', '/nothing')).body).toMatchObject({
    status: 404,
    type: 'urn:ksbb-umkm:problem:no-such-dead-letter',
  });
});

test('while the dead letters cannot be reached the answer is 503, without the reason', async () => {
  const answer = await given(true).send('post', '/replay', { eventId: 'e' });
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  expect(JSON.stringify(answer.body)).not.toContain('secret-host');
});
