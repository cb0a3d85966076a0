import { createHash, createHmac } from 'node:crypto';
import { headerError, signatureError, signatureOf, type SnapHeaders } from './signature.ts';

const NOW = new Date('2026-01-05T03:00:00.000Z');
const client = { id: 'ksbb', secret: 'a secret of some length' };
const request = { method: 'POST', pathWithQuery: '/amanah/v1.0/qardh-contracts?x=1', rawBody: Buffer.from('{"a":1}') };

const errorOf = (headers: SnapHeaders, received = request) =>
  headerError(client.id, headers, NOW) ?? signatureError(client.secret, headers, received);

function signedAt(timestamp: string, change: Partial<SnapHeaders> = {}): SnapHeaders {
  const signature = signatureOf(client.secret, { ...request, timestamp });
  return { partnerId: 'ksbb', timestamp, externalId: 'e-1', signature, ...change };
}

test('the string signed is METHOD:path:hash of the body:timestamp', () => {
  const hash = createHash('sha256').update('').digest('hex');
  const expected = createHmac('sha512', 's').update(`GET:/p?q=1:${hash}:2026-01-05T03:00:00Z`).digest('base64');
  expect(
    signatureOf('s', {
      method: 'get',
      pathWithQuery: '/p?q=1',
      rawBody: Buffer.alloc(0),
      timestamp: '2026-01-05T03:00:00Z',
    }),
  ).toBe(expected);
});

test.each(['2026-01-05T03:00:00.000Z', '2026-01-05T10:00:00+07:00', '2026-01-05T03:05:00Z', '2026-01-05T02:55:00Z'])(
  '%s is accepted',
  (timestamp) => {
    expect(errorOf(signedAt(timestamp))).toBeNull();
  },
);

test.each<[string, SnapHeaders, typeof request, RegExp]>([
  ['another partner', signedAt(NOW.toISOString(), { partnerId: 'kseb' }), request, /PARTNER-ID/],
  ['a timestamp without offset', signedAt('2026-01-05T03:00:00'), request, /RFC 3339/],
  ['a month that does not exist', signedAt('2026-13-05T03:00:00Z'), request, /300 seconds/],
  ['301 s in the past', signedAt('2026-01-05T02:54:59Z'), request, /300 seconds/],
  ['301 s in the future', signedAt('2026-01-05T03:05:01Z'), request, /300 seconds/],
  ['no external id', signedAt(NOW.toISOString(), { externalId: '' }), request, /EXTERNAL-ID/],
  [
    'an external id that is too long',
    signedAt(NOW.toISOString(), { externalId: 'x'.repeat(65) }),
    request,
    /EXTERNAL-ID/,
  ],
  ['another body', signedAt(NOW.toISOString()), { ...request, rawBody: Buffer.from('{"a":2}') }, /SIGNATURE/],
  [
    'another path',
    signedAt(NOW.toISOString()),
    { ...request, pathWithQuery: '/amanah/v1.0/qardh-contracts?x=2' },
    /SIGNATURE/,
  ],
  ['another method', signedAt(NOW.toISOString()), { ...request, method: 'PUT' }, /SIGNATURE/],
  [
    'a cut signature',
    signedAt(NOW.toISOString(), { signature: signedAt(NOW.toISOString()).signature.slice(1) }),
    request,
    /SIGNATURE/,
  ],
  [
    'a signature for another time',
    signedAt(NOW.toISOString(), { signature: signedAt('2026-01-05T03:00:01Z').signature }),
    request,
    /SIGNATURE/,
  ],
])('%s is refused', (_, headers, received, reason) => {
  expect(errorOf(headers, received)).toMatch(reason);
});
