import { jwtVerify } from 'jose';
import request from 'supertest';
import {
  commitTo,
  msmeTokenOf,
  capabilitySecret,
  donor,
  freshKey,
  operatorToken,
  startTestService,
} from '../testing/running-service.ts';

const service = await startTestService();
afterAll(service.close);

const QUARTER_HOUR = 15 * 60_000;
const wrong = (pin: string) => String((Number(pin) + 1) % 1_000_000).padStart(6, '0');
const open = (typed: string, pin: string) =>
  request(service.app)
    .post(`/collaborations/${encodeURIComponent(typed)}/capability`)
    .send({ pin });
const show = (typed: string) => request(service.app).get(`/collaborations/${encodeURIComponent(typed)}`);
const contactsOf = (collaborationId: string, token: string) =>
  request(service.app).get(`/collaborations/${collaborationId}/contacts`).set('Authorization', `Bearer ${token}`);
const claims = async (token: string) =>
  (await jwtVerify(token, new TextEncoder().encode(capabilitySecret), { issuer: 'ksbb-commitment', audience: 'ksbb' }))
    .payload;

test('the PIN gives a token that acts as the donor for an hour', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-a');
  const answer = await open(collaborationId, pin);
  expect(answer.status).toBe(200);
  const { sub, role, exp = 0, iat = 0 } = await claims(answer.body.token);
  expect([sub, role, exp - iat]).toEqual([collaborationId, 'donor', 3_600]);
  expect(answer.body.expiresAt).toBe(new Date(exp * 1000).toISOString());
});

test('officers get a token for each MSME, valid for 90 days, and others do not', async () => {
  const { collaborationId } = await commitTo(service, 'warung-b');
  const links = (authorization: string) =>
    request(service.app).get(`/collaborations/${collaborationId}/msme-links`).set('Authorization', authorization);
  const answer = await links(`Bearer ${operatorToken}`);
  expect(answer.body.links).toEqual([
    { msmeId: 'warung-b', msmeName: 'Warung warung-b', token: expect.any(String), expiresAt: expect.any(String) },
  ]);
  const { sub, role, msmeId, exp = 0, iat = 0 } = await claims(answer.body.links[0].token);
  expect([sub, role, msmeId, exp - iat]).toEqual([collaborationId, 'msme', 'warung-b', 90 * 24 * 3_600]);
  expect((await links('Bearer something-else')).status).toBe(401);
});

test('after the fifth wrong PIN even the right one has to wait, as long as Retry-After says', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-c');
  for (const attemptsLeft of [4, 3, 2, 1, 0]) {
    const { status, body } = await open(collaborationId, wrong(pin));
    expect([status, body.type, body.attemptsLeft]).toEqual([403, 'urn:ksbb-umkm:problem:wrong-pin', attemptsLeft]);
  }
  const refused = await open(collaborationId, pin);
  expect([refused.status, refused.body.type]).toEqual([429, 'urn:ksbb-umkm:problem:too-many-attempts']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(14 * 60);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(15 * 60);
  const delivery = await request(service.app)
    .post(`/collaborations/${collaborationId}/deliveries`)
    .set('Idempotency-Key', freshKey())
    .send({ pin, lines: [{ lineId: `${collaborationId}.1`, quantity: 1 }] });
  expect(delivery.status).toBe(429);

  service.time.offset += QUARTER_HOUR;
  expect((await open(collaborationId, wrong(pin))).body.attemptsLeft).toBe(4);
  expect((await open(collaborationId, pin)).status).toBe(200);
  service.time.offset -= QUARTER_HOUR;
});

test('a right PIN uses no attempt', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-d');
  await open(collaborationId, wrong(pin));
  for (let times = 0; times < 6; times += 1) expect((await open(collaborationId, pin)).status).toBe(200);
  expect((await open(collaborationId, wrong(pin))).body.attemptsLeft).toBe(3);
});

test('many wrong PINs at once get five attempts together, and other collaborations keep theirs', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-e');
  const neighbour = await commitTo(service, 'warung-f');
  const answers = await Promise.all(Array.from({ length: 20 }, () => open(collaborationId, wrong(pin))));
  expect(answers.filter(({ status }) => status === 403)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
  expect((await open(neighbour.collaborationId, neighbour.pin)).status).toBe(200);
});

test('an ID is accepted as people type it', async () => {
  const { collaborationId } = await commitTo(service, 'warung-g');
  const sloppy = collaborationId.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
  expect((await show(sloppy)).body.collaborationId).toBe(collaborationId);
});

test('a mistyped ID gets another answer than an ID that does not exist, with the mistake', async () => {
  const { collaborationId } = await commitTo(service, 'warung-h');
  const last = collaborationId.at(-1) === '2' ? '3' : '2';
  const mistyped: [string, string][] = [
    [collaborationId.slice(0, -1) + last, 'wrong-check-character'],
    [collaborationId.slice(0, -1), 'wrong-length'],
    [`${collaborationId.slice(0, -1)}U`, 'unknown-character'],
  ];
  for (const [typed, reason] of mistyped) {
    const { status, body } = await show(typed);
    expect([status, body.type, body.reason]).toEqual([400, 'urn:ksbb-umkm:problem:mistyped-collaboration-id', reason]);
    expect(body.errors[0].pointer).toBe('path collaborationId');
  }
  const unknown = await show('KSBB-0000-0000-0011');
  expect([unknown.status, unknown.body.type]).toEqual([404, 'urn:ksbb-umkm:problem:no-such-collaboration']);
});

test('the MSME sees the donor, the donor sees its own data, and nobody else sees contacts', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-i');
  const { name, kind, email, phone } = donor;
  const seen = {
    collaborationId,
    donor: { name, kind, email, phone },
    msmes: [{ msmeId: 'warung-i', msmeName: 'Warung warung-i', kelurahan: 'Petojo Utara' }],
  };
  expect((await contactsOf(collaborationId, await msmeTokenOf(service, collaborationId))).body).toEqual(seen);
  expect((await contactsOf(collaborationId, (await open(collaborationId, pin)).body.token)).body).toEqual(seen);
  expect((await request(service.app).get(`/collaborations/${collaborationId}/contacts`)).status).toBe(401);
  expect(JSON.stringify((await show(collaborationId)).body)).not.toContain(email);
});

test('the log has who looked at contact data and not what was shown', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-l');
  await contactsOf(collaborationId, await msmeTokenOf(service, collaborationId));
  await contactsOf(collaborationId, (await open(collaborationId, pin)).body.token);
  const entries = service.logged.filter(
    (entry) => 'collaborationId' in entry && entry.collaborationId === collaborationId,
  );
  expect(entries).toEqual([
    { audit: 'contacts-shown', collaborationId, role: 'msme', msmeId: 'warung-l' },
    { audit: 'contacts-shown', collaborationId, role: 'donor' },
  ]);
});

test('the MSME of an anonymous donor sees how to reach the donor and no name', async () => {
  const { collaborationId } = await commitTo(service, 'warung-j', { anonymous: true });
  const { body } = await contactsOf(collaborationId, await msmeTokenOf(service, collaborationId));
  expect(body.donor).toMatchObject({ name: null, email: donor.email });
});

test('a token is valid until it expires and not a second longer', async () => {
  const { collaborationId, pin } = await commitTo(service, 'warung-k');
  const { token } = (await open(collaborationId, pin)).body;
  expect((await contactsOf(collaborationId, token)).status).toBe(200);
  service.time.offset += 3_601_000;
  expect((await contactsOf(collaborationId, token)).status).toBe(401);
  service.time.offset -= 3_601_000;
});
