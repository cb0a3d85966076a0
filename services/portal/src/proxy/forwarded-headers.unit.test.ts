import { requestHeaders, responseHeaders } from './forwarded-headers.ts';

const client = { address: '10.0.0.9', host: 'ksbb.example', protocol: 'https' };

test('what belongs to one connection, to the edge or to the pages is not passed on', () => {
  const headers = requestHeaders(
    {
      host: 'ksbb.example',
      connection: 'keep-alive, X-Secret-Hop',
      'x-secret-hop': '1',
      'transfer-encoding': 'chunked',
      upgrade: 'websocket',
      te: 'trailers',
      cookie: 'ksbb_access=token',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=1.2.3.4',
      authorization: 'Bearer operator',
      'x-signature': 'abc',
      'content-length': '12',
      'content-type': 'application/json',
      traceparent: '00-1-2-01',
    },
    client,
  );
  expect(headers).toEqual({
    authorization: 'Bearer operator',
    'x-signature': 'abc',
    'content-length': '12',
    'content-type': 'application/json',
    traceparent: '00-1-2-01',
    'x-forwarded-for': '10.0.0.9',
    'x-forwarded-host': 'ksbb.example',
    'x-forwarded-proto': 'https',
  });
});

test('a service sets no cookies at the edge and does not say what it runs on', () => {
  expect(
    responseHeaders({
      'content-type': 'application/json',
      etag: '"1"',
      'set-cookie': ['a=b'],
      'x-powered-by': 'x',
      connection: 'close',
    }),
  ).toEqual({
    'content-type': 'application/json',
    etag: '"1"',
  });
});
