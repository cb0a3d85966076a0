import {
  commitmentClosed,
  commitmentConfirmed,
  isCollaborationId,
  type MakeCommitmentRequest,
  msmeDelisted,
  needCoverageChanged,
} from '@ksbb/contracts';
import request from 'supertest';
import { eventually } from '@ksbb/testkit';
import { donor, freshKey, listMsme, msmeNamed, startTestService } from '../testing/running-service.ts';

const service = await startTestService({ hears: [commitmentConfirmed, commitmentClosed, needCoverageChanged] });
afterAll(service.close);

const masks = (msmeId: string, quantity: number) => ({
  msmeId,
  needId: `${msmeId}.face-mask`,
  package: 'goods' as const,
  quantity,
});
const bodyOf = (...lines: MakeCommitmentRequest['lines']) => ({ donor, consent: true, lines });

function post(body: object, key = freshKey()) {
  return request(service.app).post('/commitments').set('Idempotency-Key', key).send(body);
}

const board = async (msmeId: string) => (await request(service.app).get(`/boards/${msmeId}`)).body.needs[0];
const stored = (collection: string, _id: string) =>
  service.connection.collection(collection).findOne({ _id } as object);

test('all three packages over two MSMEs: one collaboration ID and PIN, and events that say so', async () => {
  await listMsme(service, msmeNamed('warung-a'));
  await listMsme(service, msmeNamed('warung-b', { masks: 30 }));
  const capital = {
    msmeId: 'warung-a',
    needId: 'warung-a.capital',
    package: 'capital' as const,
    amountRupiah: 6_000_000,
    partner: 'amanah' as const,
    instalments: 3,
  };
  const training = { msmeId: 'warung-a', needId: 'warung-a.bookkeeping', package: 'training' as const, seats: 4 };
  const answer = await post(bodyOf(masks('warung-b', 50), capital, training));
  expect(answer.status).toBe(201);
  const { collaborationId, pin, lines } = answer.body;
  expect(isCollaborationId(collaborationId)).toBe(true);
  expect(pin).toMatch(/^\d{6}$/);
  expect(lines).toEqual([
    {
      needId: 'warung-b.face-mask',
      msmeId: 'warung-b',
      lineId: `${collaborationId}.1`,
      requested: 50,
      covered: 30,
      shortfallReason: 'already-covered',
    },
    {
      needId: 'warung-a.capital',
      msmeId: 'warung-a',
      lineId: `${collaborationId}.2`,
      requested: 6_000_000,
      covered: 6_000_000,
      shortfallReason: null,
    },
    {
      needId: 'warung-a.bookkeeping',
      msmeId: 'warung-a',
      lineId: `${collaborationId}.3`,
      requested: 4,
      covered: 4,
      shortfallReason: null,
    },
  ]);

  const confirmed = await eventually(
    'commitment-confirmed is heard',
    () => service.heard(commitmentConfirmed, collaborationId)[0],
  );
  expect(confirmed.data).toMatchObject({
    origin: { kind: 'donor' },
    donorName: donor.name,
    lines: [{ msmeName: 'Warung warung-b', quantity: 30 }, {}, {}],
  });
  await eventually('the coverage of warung-b is heard', () =>
    service.heard(needCoverageChanged, 'warung-b').find(({ data }) => data.needs[0]?.open === 0),
  );
});

test('a loan through a partner that does not exist is refused with the field and the partners that do', async () => {
  const capital = { msmeId: 'warung-a', needId: 'warung-a.capital', package: 'capital' as const };
  const refused = await post(bodyOf({ ...capital, amountRupiah: 6_000_000, partner: 'no-such-bank', instalments: 3 }));
  expect(refused.status).toBe(400);
  expect(refused.body.errors).toEqual([
    { pointer: '/lines/0/partner', detail: 'one of the partner fintechs: amanah, lumbung' },
  ]);
});

test('the PIN is stored only as a slow hash, contact data is stored apart, and no event has either', async () => {
  await listMsme(service, msmeNamed('warung-c'));
  const key = freshKey();
  const { collaborationId, pin } = (await post(bodyOf(masks('warung-c', 1)), key)).body;
  const commitment = JSON.stringify(await stored('commitments', collaborationId));
  expect(commitment).not.toContain(`"${pin}"`);
  expect(commitment).not.toContain(key);
  expect(commitment).not.toContain(donor.email);
  expect(await stored('contacts', collaborationId)).toMatchObject({
    name: donor.name,
    email: donor.email,
    phone: donor.phone,
    consentedAt: expect.any(Date),
  });
  const event = await eventually(
    'commitment-confirmed is heard',
    () => service.heard(commitmentConfirmed, collaborationId)[0],
  );
  expect(JSON.stringify(event)).not.toContain(donor.email);
  expect(Object.keys(event.data).toSorted()).toEqual([
    'collaborationId',
    'confirmedAt',
    'donorName',
    'lines',
    'origin',
  ]);
});

test('nobody sees the name of an anonymous donor', async () => {
  await listMsme(service, msmeNamed('warung-d'));
  const { collaborationId } = (await post({ ...bodyOf(masks('warung-d', 1)), donor: { ...donor, anonymous: true } }))
    .body;
  expect((await request(service.app).get(`/collaborations/${collaborationId}`)).body.donorName).toBeNull();
  expect(JSON.stringify(await stored('commitments', collaborationId))).not.toContain(donor.name);
});

test('a repeated request gets the same answer, also in parallel, and reserves nothing more', async () => {
  await listMsme(service, msmeNamed('warung-e'));
  const key = freshKey();
  const answers = await Promise.all([1, 2, 3].map(() => post(bodyOf(masks('warung-e', 10)), key)));
  const again = await post(bodyOf(masks('warung-e', 10)), key);
  for (const answer of answers) expect([answer.status, answer.body]).toEqual([201, again.body]);
  expect(again.status).toBe(201);
  expect(await board('warung-e')).toMatchObject({ promised: 10, open: 90 });
});

test('the same key with another body is refused', async () => {
  await listMsme(service, msmeNamed('warung-f'));
  const key = freshKey();
  await post(bodyOf(masks('warung-f', 10)), key);
  const answer = await post(bodyOf(masks('warung-f', 11)), key);
  expect([answer.status, answer.body.type]).toEqual([422, 'urn:ksbb-umkm:problem:idempotency-key-reused']);
  expect(await board('warung-f')).toMatchObject({ promised: 10 });
});

test('where nothing is left to cover the answer has a reason for each line, no contact is stored, and a repeat gets the same', async () => {
  await listMsme(service, msmeNamed('warung-g', { masks: 5 }));
  await post(bodyOf(masks('warung-g', 5)));
  const key = freshKey();
  const glove = { msmeId: 'warung-g', needId: 'warung-g.glove', package: 'goods' as const, quantity: 1 };
  const seats = { msmeId: 'warung-g', needId: 'warung-g.capital', package: 'training' as const, seats: 1 };
  const answer = await post(bodyOf(masks('warung-g', 1), glove, seats), key);
  expect([answer.status, answer.body.type]).toEqual([409, 'urn:ksbb-umkm:problem:nothing-left-to-cover']);
  const outcome = { msmeId: 'warung-g', lineId: null, requested: 1, covered: 0 };
  expect(answer.body.lines).toEqual([
    { ...outcome, needId: 'warung-g.face-mask', shortfallReason: 'already-covered' },
    { ...outcome, needId: 'warung-g.glove', shortfallReason: 'no-such-need' },
    { ...outcome, needId: 'warung-g.capital', shortfallReason: 'other-package' },
  ]);
  expect((await post(bodyOf(masks('warung-g', 1), glove, seats), key)).body).toEqual(answer.body);
  const closed = await eventually('commitment-closed is heard', () =>
    service.heard(commitmentClosed).find(({ data }) => data.outcome === 'nothing-covered'),
  );
  expect(Object.keys(closed.data).toSorted()).toEqual(['closedAt', 'collaborationId', 'origin', 'outcome']);
  expect(await stored('contacts', closed.subject)).toBeNull();
});

test('a delisted MSME is not covered', async () => {
  const msme = await listMsme(service, msmeNamed('warung-h'));
  await service.publish(msmeDelisted, 'warung-h', [2], { ...msme, reason: 'closed down' });
  expect((await post(bodyOf(masks('warung-h', 1)))).body.lines).toMatchObject([
    { covered: 0, shortfallReason: 'msme-not-listed' },
  ]);
});

test('unknown MSMEs are named, and no commitment is made', async () => {
  await listMsme(service, msmeNamed('warung-i'));
  const before = await service.connection.collection('commitments').countDocuments();
  const answer = await post(bodyOf(masks('warung-i', 1), masks('nowhere', 1)));
  expect([answer.status, answer.body.type]).toEqual([422, 'urn:ksbb-umkm:problem:no-such-msme']);
  expect(answer.body.errors).toEqual([{ pointer: '/lines/1/msmeId', detail: 'There is no MSME nowhere here.' }]);
  expect(await service.connection.collection('commitments').countDocuments()).toBe(before);
  expect(await service.boards.load('nowhere')).toBeNull();
});

test.each([
  ['/lines/0/quantity', bodyOf(masks('warung-i', 0))],
  ['/lines/0/quantity', bodyOf(masks('warung-i', 1.5))],
  ['/lines', bodyOf()],
  ['/lines', bodyOf(masks('warung-i', 1), masks('warung-i', 2))],
  ['/consent', { ...bodyOf(masks('warung-i', 1)), consent: false }],
  ['/donor/email', { ...bodyOf(masks('warung-i', 1)), donor: { ...donor, email: 'nobody' } }],
  ['/surprise', { ...bodyOf(masks('warung-i', 1)), surprise: 1 }],
])('a fault in the body is named: %s', async (pointer, body) => {
  const answer = await post(body);
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toContainEqual({ pointer, detail: expect.any(String) });
});

test('a request without an Idempotency-Key is refused', async () => {
  const answer = await request(service.app)
    .post('/commitments')
    .send(bodyOf(masks('warung-i', 1)));
  expect(answer.status).toBe(400);
  expect(answer.body.errors[0].pointer).toBe('header Idempotency-Key');
});

test('200 donors race through two replicas: exactly the declared amount is promised, and the others get a reason', async () => {
  await listMsme(service, msmeNamed('warung-race', { masks: 120 }));
  const replica = await startTestService({ replicaOf: service });
  const servers = [service.app.listen(0), replica.app.listen(0)] as const;
  try {
    // Three pieces each, for 40 of 200; the 41st finds nothing.
    const race = Array.from({ length: 200 }, (_, at) => {
      return request(servers[at % 2 === 0 ? 0 : 1])
        .post('/commitments')
        .set('Idempotency-Key', freshKey())
        .send(bodyOf(masks('warung-race', 3)));
    });
    const {
      201: winners = [],
      409: losers = [],
      ...others
    } = Object.groupBy(await Promise.all(race), ({ status }) => status);
    expect(Object.keys(others)).toEqual([]);
    expect([winners.length, losers.length]).toEqual([40, 160]);
    expect(winners.reduce((total, { body }) => total + body.lines[0].covered, 0)).toBe(120);
    for (const { body } of losers)
      expect(body.lines).toMatchObject([{ covered: 0, shortfallReason: 'already-covered' }]);
  } finally {
    for (const server of servers) server.close();
    await replica.close();
  }
  expect(await board('warung-race')).toEqual({
    needId: 'warung-race.face-mask',
    package: 'goods',
    declared: 120,
    promised: 120,
    delivered: 0,
    open: 0,
  });
}, 120_000);
