import { commitmentConfirmed, envelope, lineReleased } from '@ksbb/contracts';
import { openDatabase } from '@ksbb/document-store';
import { type Bus, createBus, on } from '@ksbb/messaging';
import { type BuiltService, createLog, createMetrics, routeTable } from '@ksbb/service-kit';
import { SignJWT } from 'jose';
import request from 'supertest';
import { eventually, freshDatabase, freshVhost, removeDatabase, removeVhost } from '@ksbb/testkit';
import { createApp } from './app.ts';
import { trainingStore } from './stores.ts';

const CAPABILITY_SECRET = 'a-secret-of-enough-characters-for-tests';
const collaborationId = 'KSBB-0000-0000-0011';
const trainingId = `${collaborationId}.bookkeeping`;
const msmeId = 'osm-way-352856285';
const OPERATOR_TOKEN = 'an-operator-token-for-tests';
const log = createLog('training', 'silent');

let now = new Date('2026-11-25T00:00:00.000Z');
const session = {
  startsAt: '2026-12-01T02:00:00Z',
  endsAt: '2026-12-01T05:00:00Z',
  place: 'Balai Kota',
  trainer: 'Ibu Ratna',
};

let amqpUrl: string;
let mongoUrl: string;
let service: BuiltService;
let outside: Bus;
let donor: string;
/** What the service published, as `event version`. */
const published: string[] = [];

function tokenOf(sub: string, role = 'donor'): Promise<string> {
  const unsigned = new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setIssuer('ksbb-commitment')
    .setAudience('ksbb');
  return unsigned.setExpirationTime(new Date('2027-01-01T00:00:00Z')).sign(new TextEncoder().encode(CAPABILITY_SECRET));
}

const get = (path: string) => request(service.app).get(path);
const put = (path: string, body: object, token = donor) =>
  request(service.app).put(path).set('Authorization', `Bearer ${token}`).send(body);
const post = (path: string, body: object = {}, token = donor) =>
  request(service.app).post(path).set('Authorization', `Bearer ${token}`).send(body);
const confirmed = (id: string, version = 1) =>
  envelope(
    commitmentConfirmed,
    id,
    version,
    JSON.parse(JSON.stringify(commitmentConfirmed.example).replaceAll(collaborationId, id)) as Record<string, unknown>,
    now,
  );
const released = (id: string) =>
  envelope(
    lineReleased,
    id,
    2,
    {
      collaborationId: id,
      lineId: `${id}.3`,
      msmeId,
      needId: `${msmeId}.bookkeeping`,
      package: 'training',
      releasedAmount: 4,
      reason: 'msme-delisted',
    },
    now,
  );

beforeAll(async () => {
  amqpUrl = await freshVhost();
  mongoUrl = freshDatabase('training');
  const settings = { url: amqpUrl, log };
  outside = createBus({ ...settings, service: 'outside', registry: createMetrics('outside').registry });
  outside.subscribe(
    trainingStore.publishes.map((event) =>
      on(event, 'insert', async ({ type, version }) => published.push(`${type} ${version}`)),
    ),
    {},
  );
  await outside.started();
  const metrics = createMetrics('training');
  const bus = createBus({ ...settings, service: 'training', registry: metrics.registry });
  service = await createApp({
    settings: { CAPABILITY_SECRET, OPERATOR_TOKEN },
    database: await openDatabase(mongoUrl, log),
    bus,
    log,
    metrics,
    clock: () => now,
  });
  await bus.started();
  donor = await tokenOf(collaborationId);
});

afterAll(async () => {
  await service.close();
  await outside.close();
  await removeVhost(amqpUrl);
  await removeDatabase(mongoUrl);
});

test('a training goes from a confirmed commitment to its report', async () => {
  await outside.publish(confirmed(collaborationId));
  await eventually('the training is offered', async () => (await get(`/trainings/${trainingId}`)).status === 200);
  await outside.publish(confirmed(collaborationId));

  const scheduled = await put(`/trainings/${trainingId}/schedule`, session);
  expect(scheduled.status).toBe(200);
  expect(scheduled.body).toMatchObject({
    status: 'scheduled',
    session: { startsAt: '2026-12-01T02:00:00.000Z', trainer: 'Ibu Ratna' },
  });
  expect((await put(`/trainings/${trainingId}/schedule`, session)).body).toEqual(scheduled.body);

  now = new Date('2026-12-01T02:00:00.000Z');
  const missing = await post(`/trainings/${trainingId}/holding`);
  expect(missing.status).toBe(422);
  expect(missing.body.errors[0].detail).toContain('Pasar Petojo');

  expect((await post(`/trainings/${trainingId}/attendance`, { msmeId, attended: 5 })).status).toBe(422);
  expect((await post(`/trainings/${trainingId}/attendance`, { msmeId, attended: 3 })).body).toMatchObject({
    participants: [{ msmeId, attended: 3 }],
  });
  const held = await post(`/trainings/${trainingId}/holding`);
  expect(held.body).toMatchObject({ status: 'held' });
  expect((await post(`/trainings/${trainingId}/holding`)).body).toEqual(held.body);

  const summary = 'Three owners keep a cash book now.';
  const reported = await post(`/trainings/${trainingId}/report`, { summary });
  expect(reported.body).toMatchObject({ status: 'reported', summary });
  expect((await post(`/trainings/${trainingId}/report`, { summary })).body).toEqual(reported.body);
  expect((await post(`/trainings/${trainingId}/cancellation`, { reason: 'too late' })).status).toBe(409);

  await eventually('four events are published', () => published.length >= 4);
  expect(published).toEqual([
    'ksbb.training.training-scheduled.v1 2',
    'ksbb.training.attendance-recorded.v1 3',
    'ksbb.training.training-held.v1 4',
    'ksbb.training.training-reported.v1 5',
  ]);
});

test('the trainings of a collaboration are listed, however its ID is typed', async () => {
  const list = await get('/collaborations/ksbb%200000%200000%20oo11/trainings');
  expect(list.body.items.map((item: { trainingId: string }) => item.trainingId)).toEqual([trainingId]);
  expect((await get('/collaborations/KSBB-0000-0000-0022/trainings')).body).toEqual({ items: [] });
  const mistyped = await get('/collaborations/KSBB-0000-0000-0012/trainings');
  expect(mistyped.status).toBe(400);
  expect(mistyped.body.errors).toEqual([
    { pointer: 'path /collaborationId', detail: expect.stringContaining('mistyped') },
  ]);
});

test('a released line waits for its commitment, then its MSME leaves, and the training without MSMEs is cancelled', async () => {
  const other = 'KSBB-0000-0000-0022';
  await outside.publish(released(other));
  await outside.publish(confirmed(other));
  await eventually(
    'the training is cancelled',
    async () => (await get(`/trainings/${other}.bookkeeping`)).body.status === 'cancelled',
  );
  expect((await get(`/trainings/${other}.bookkeeping`)).body).toMatchObject({
    participants: [],
    cancelReason: 'no participants are left',
  });
  const refused = await put(
    `/trainings/${other}.bookkeeping/schedule`,
    { ...session, startsAt: '2026-12-02T02:00:00Z', endsAt: '2026-12-02T03:00:00Z' },
    await tokenOf(other),
  );
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({
    type: 'urn:ksbb-umkm:problem:training-cancelled',
    reason: 'no participants are left',
  });
});

describe('a request is refused', () => {
  const path = `/trainings/${trainingId}/schedule`;

  test('without a token, and with one for something else', async () => {
    expect((await request(service.app).put(path).send(session)).status).toBe(401);
    expect((await put(path, session, 'nonsense')).status).toBe(401);
    expect((await put(path, session, await tokenOf('KSBB-0000-0000-0022'))).status).toBe(403);
    expect((await put(path, session, await tokenOf(collaborationId, 'msme'))).status).toBe(403);
  });

  test('with every bad field named', async () => {
    const answer = await put(path, {
      startsAt: 'tomorrow',
      endsAt: session.endsAt,
      place: 'x',
      trainer: 'Ibu Ratna',
      room: 3,
    });
    expect(answer.status).toBe(400);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual([
      '/place',
      '/room',
      '/startsAt',
    ]);
    const reversed = await put(path, { ...session, endsAt: '2026-12-01T02:00:00Z' });
    expect(reversed.body.errors).toEqual([{ pointer: '/endsAt', detail: 'later than startsAt' }]);
  });

  test('for a training that does not exist', async () => {
    expect((await get('/trainings/KSBB-0000-0000-0011.leadership')).status).toBe(404);
    expect((await put('/trainings/KSBB-0000-0000-0011.leadership/schedule', session)).status).toBe(404);
  });
});

test('it says that it is ready, and describes its interface', async () => {
  for (const check of Object.values(service.ready)) expect(await check()).toBe(true);
  expect((await get('/openapi.json')).body.info.title).toBe('KSBB UMKM training');
});

test('its routes, and who may call them', () => {
  expect(routeTable(service.app)).toEqual([
    'GET /collaborations/:collaborationId/trainings public',
    'GET /trainings/:trainingId public',
    'PUT /trainings/:trainingId/schedule capability',
    'POST /trainings/:trainingId/attendance capability',
    'POST /trainings/:trainingId/holding capability',
    'POST /trainings/:trainingId/report capability',
    'POST /trainings/:trainingId/cancellation capability',
    'GET /operator/dead-letters operator',
    'GET /operator/dead-letters/:eventId operator',
    'POST /operator/dead-letters/replay operator',
    'POST /operator/dead-letters/discard operator',
  ]);
});

test('an operator sees an event that fits no contract, sends it back and throws it away', async () => {
  const path = '/operator/dead-letters';
  const eventId = 'commitment:KSBB-0000-0000-0033@1';
  const letters = async () =>
    (await request(service.app).get(path).set('Authorization', `Bearer ${OPERATOR_TOKEN}`)).body.letters;
  await outside.publish(envelope(commitmentConfirmed, 'KSBB-0000-0000-0033', 1, { lines: 'none' }, now));
  await eventually('the event is a dead letter', async () => (await letters()) === 1);
  const { body } = await request(service.app)
    .get(`${path}/${encodeURIComponent(eventId)}`)
    .set('Authorization', `Bearer ${OPERATOR_TOKEN}`);
  expect(body.letters).toMatchObject([
    { service: 'training', eventId, eventType: commitmentConfirmed.type, reason: 'invalid' },
  ]);
  expect((await post(`${path}/replay`, { eventId }, OPERATOR_TOKEN)).body).toEqual({ replayed: 1, left: 0 });
  await eventually('the event is a dead letter', async () => (await letters()) === 1);
  expect((await post(`${path}/discard`, { eventId }, OPERATOR_TOKEN)).body).toEqual({ discarded: 1, left: 0 });
  expect(await letters()).toBe(0);
});
