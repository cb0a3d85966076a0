import { Problem } from '@ksbb/service-kit';
import { SignJWT } from 'jose';
import { createAdmitDonor } from './capability.ts';

const secret = 'a-secret-of-enough-characters-for-tests';
const collaborationId = 'KSBB-0000-0000-0011';
const now = new Date('2026-11-25T00:00:00.000Z');
const inAnHour = new Date(now.getTime() + 3_600_000);
const admit = createAdmitDonor(secret, () => now);

type Given = {
  sub?: string;
  role?: string;
  issuer?: string;
  audience?: string;
  expires?: Date | null;
  algorithm?: string;
  key?: string;
};

async function token(given: Given = {}): Promise<string> {
  const {
    sub = collaborationId,
    role = 'donor',
    issuer = 'ksbb-commitment',
    audience = 'ksbb',
    expires = inAnHour,
    algorithm = 'HS256',
    key = secret,
  } = given;
  const unsigned = new SignJWT({ role })
    .setProtectedHeader({ alg: algorithm })
    .setSubject(sub)
    .setIssuer(issuer)
    .setAudience(audience);
  if (expires !== null) unsigned.setExpirationTime(expires);
  return unsigned.sign(new TextEncoder().encode(key));
}

async function refusalOf(bearer: string): Promise<Problem> {
  const error = await admit(bearer, collaborationId).catch((refusal: unknown) => refusal);
  if (error instanceof Problem) return error;
  throw new Error('it was let in');
}

test('the donor of the collaboration passes', async () => {
  await expect(admit(await token(), collaborationId)).resolves.toBeUndefined();
});

test.each<[string, Given]>([
  ['signed with another secret', { key: 'another-secret-of-enough-characters' }],
  ['of another issuer', { issuer: 'someone' }],
  ['for another audience', { audience: 'someone' }],
  ['of another algorithm', { algorithm: 'HS512', key: secret.repeat(2) }],
  ['that never expires', { expires: null }],
  ['of an unknown role', { role: 'officer' }],
])('a token %s is 401', async (_what, given) => {
  expect(await refusalOf(await token(given))).toMatchObject({ status: 401, slug: 'unauthorized' });
});

test('what is no token is 401', async () => {
  expect(await refusalOf('abc')).toMatchObject({ status: 401 });
});

test('an expired token is told so', async () => {
  const refusal = await refusalOf(await token({ expires: new Date(now.getTime() - 1_000) }));
  expect(refusal).toMatchObject({ status: 401 });
  expect(refusal.detail).toMatch(/expired/);
});

test('a token of another collaboration, and one of an MSME, is 403', async () => {
  expect(await refusalOf(await token({ sub: 'KSBB-0000-0000-0022' }))).toMatchObject({
    status: 403,
    slug: 'forbidden',
  });
  expect(await refusalOf(await token({ role: 'msme' }))).toMatchObject({ status: 403, slug: 'forbidden' });
});
