import { SignJWT } from 'jose';
import { createCapabilities, requireCollaboration } from './capability.ts';

const secret = 'a-capability-secret-for-tests';
const id = 'KSBB-0000-0000-0011';
const now = new Date('2026-11-24T03:00:00.000Z');
const capabilities = createCapabilities({ secret, clock: () => now });

type Request = Parameters<typeof capabilities.bearer.authenticate>[0];
const principalOf = async (token: string) =>
  capabilities.bearer.authenticate({ get: () => `Bearer ${token}` } as unknown as Request);

/** A good token of an MSME, unless changed. */
function sign({
  key = secret,
  alg = 'HS256',
  issuer = 'ksbb-commitment',
  audience = 'ksbb',
  claims = { role: 'msme', msmeId: 'warung' } as object,
  expires = '1h' as string | null,
} = {}) {
  const token = new SignJWT({ ...claims })
    .setProtectedHeader({ alg })
    .setSubject(id)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now);
  if (expires !== null) token.setExpirationTime(new Date(now.getTime() + 3_600_000));
  return token.sign(new TextEncoder().encode(key));
}

test.each([{ sub: id, role: 'donor' } as const, { sub: id, role: 'msme', msmeId: 'warung' } as const])(
  'a token of $role carries its capability',
  async (capability) => {
    const { token } = await capabilities.issue(capability);
    const { sub, role, ...more } = await principalOf(token);
    expect({ sub, role, ...more }).toEqual(capability);
  },
);

test('the signature, as the training service would make it, is enough', async () => {
  await expect(principalOf(await sign())).resolves.toMatchObject({
    role: 'msme',
    msmeId: 'warung',
  });
});

test.each([
  ['signed with another secret', sign({ key: 'another-secret-for-tests' })],
  ['signed by another algorithm', sign({ alg: 'HS512', key: `${secret}${secret}${secret}` })],
  ['of another issuer', sign({ issuer: 'someone-else' })],
  ['for another audience', sign({ audience: 'someone-else' })],
  ['without an end', sign({ expires: null })],
  ['of an unknown role', sign({ claims: { role: 'officer' } })],
  ['of an MSME without its id', sign({ claims: { role: 'msme' } })],
])('a token %s is not valid', async (_what, token) => {
  await expect(principalOf(await token)).rejects.toMatchObject({ status: 401 });
});

test('a token for another collaboration is refused', async () => {
  const capability = await principalOf(await sign());
  expect(() => requireCollaboration(capability, id)).not.toThrow();
  expect(() => requireCollaboration(capability, 'KSBB-0000-0000-0022')).toThrow(
    expect.objectContaining({ status: 403, slug: 'other-collaboration' }),
  );
});
