import { fingerprint, hashOfKey, hashPin, isPin, pinOf } from './pin.ts';

const secret = 'a-pin-secret-for-tests';

describe('the PIN of a collaboration', () => {
  test('depends on the key and the id alone', () => {
    expect(pinOf(secret, 'key-00000001', 'KSBB-0000-0000-0011')).toBe(
      pinOf(secret, 'key-00000001', 'KSBB-0000-0000-0011'),
    );
  });

  test('differs for another secret, key or id, also where the joined text is the same', () => {
    const pins = [
      pinOf(secret, 'key-00000001', 'KSBB-0000-0000-0011'),
      pinOf('another-secret-for-tests', 'key-00000001', 'KSBB-0000-0000-0011'),
      pinOf(secret, 'key-00000002', 'KSBB-0000-0000-0011'),
      pinOf(secret, 'key-00000001', 'KSBB-0000-0000-0022'),
      pinOf(secret, 'key-00000001K', 'SBB-0000-0000-0011'),
    ];
    expect(new Set(pins).size).toBe(pins.length);
  });

  test('is six digits over the whole range', () => {
    const pins = Array.from({ length: 2_000 }, (_, at) => pinOf(secret, `key-${at}`, 'KSBB-0000-0000-0011'));
    expect(pins.every((pin) => /^\d{6}$/.test(pin))).toBe(true);
    expect(new Set(pins.map((pin) => pin[0])).size).toBe(10);
    expect(new Set(pins.map((pin) => pin[5])).size).toBe(10);
    expect(new Set(pins).size).toBeGreaterThan(1_900);
  });
});

describe('the hash of a PIN', () => {
  test('knows its PIN and no other', async () => {
    const hash = await hashPin(secret, '012345');
    expect(await isPin(secret, '012345', hash)).toBe(true);
    expect(await isPin(secret, '012346', hash)).toBe(false);
  });

  test('is salted: the same PIN never has the same hash', async () => {
    const [one, other] = [await hashPin(secret, '012345'), await hashPin(secret, '012345')];
    expect(one.salt).not.toBe(other.salt);
    expect(one.hash).not.toBe(other.hash);
    expect(await isPin(secret, '012345', { salt: other.salt, hash: one.hash })).toBe(false);
  });

  test('cannot be checked without the secret', async () => {
    expect(await isPin('another-secret-for-tests', '012345', await hashPin(secret, '012345'))).toBe(false);
  });
});

describe('the fingerprint of a request', () => {
  test('is the same for a repeat and differs for another body', () => {
    const print = fingerprint(secret, 'key-00000001', { email: 'a@b.example' });
    expect(fingerprint(secret, 'key-00000001', { email: 'a@b.example' })).toEqual(print);
    expect(fingerprint(secret, 'key-00000001', { email: 'a@c.example' })).toEqual({
      key: print.key,
      body: expect.not.stringMatching(print.body),
    });
  });

  test('has the SHA-256 of the key, and of the body a hash that needs the secret', () => {
    const print = fingerprint(secret, 'key-00000001', {});
    expect(print.key).toBe(hashOfKey('key-00000001'));
    expect(fingerprint('another-secret-for-tests', 'key-00000001', {}).body).not.toBe(print.body);
  });
});

test('the hash of a key is its SHA-256', () => {
  expect(hashOfKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
