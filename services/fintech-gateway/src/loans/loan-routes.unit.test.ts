import { Problem } from '@ksbb/service-kit';
import { SignJWT } from 'jose';
import { donorAuthenticator, isDonorOf } from './loan-routes.ts';

const secret = 'a-secret-of-enough-characters-for-tests';
const collaborationId = 'KSBB-0000-0000-0011';
const now = new Date('2026-11-25T00:00:00.000Z');
const inAnHour = new Date(now.getTime() + 3_600_000);
const { authenticate } = donorAuthenticator(secret, () => now);

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

/** Whether a request with this header comes from the donor of the collaboration. */
async function asking(authorization?: string): Promise<boolean> {
  const request = { get: () => authorization } as unknown as Parameters<typeof authenticate>[0];
  return isDonorOf(await authenticate(request), collaborationId);
}
const bearing = async (given: Given) => asking(`Bearer ${await token(given)}`);

test('the donor of the collaboration is', async () => {
  expect(await bearing({})).toBe(true);
});

test('nobody else is: without a token, of another collaboration, an MSME of it', async () => {
  expect([await asking(), await bearing({ sub: 'KSBB-0000-0000-0022' }), await bearing({ role: 'msme' })]).toEqual([
    false,
    false,
    false,
  ]);
});

test.each<[string, Given]>([
  ['signed with another secret', { key: 'another-secret-of-enough-characters' }],
  ['of another issuer', { issuer: 'someone' }],
  ['for another audience', { audience: 'someone' }],
  ['of another algorithm', { algorithm: 'HS512', key: secret.repeat(2) }],
  ['that never expires', { expires: null }],
  ['that has expired', { expires: new Date(now.getTime() - 1_000) }],
  ['of an unknown role', { role: 'officer' }],
])('a token %s is 401', async (_, given) => {
  const refusal = await bearing(given).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Problem);
  expect(refusal).toMatchObject({ status: 401, slug: 'unauthorized' });
});

test('what is no token is 401', async () => {
  for (const header of ['Bearer abc', 'Basic abc', ''])
    await expect(asking(header)).rejects.toMatchObject({ status: 401 });
});
