import { isFromOwnPages, readCookie, setCookies, tileSource } from './security.ts';

test.each([
  ['https://tiles.example/{z}/{x}/{y}.png', 'https://tiles.example'],
  ['https://{s}.tiles.example/{z}/{x}/{y}.png', 'https://*.tiles.example'],
  ['http://127.0.0.1:8081/{z}/{x}/{y}', 'http://127.0.0.1:8081'],
])('tiles at %s come from %s', (tileUrl, source) => {
  expect(tileSource(tileUrl)).toBe(source);
});

const PUBLIC = 'https://ksbb.example';

test.each([
  ['the public address', { origin: 'https://ksbb.example' }],
  ['the host that was asked', { origin: 'http://127.0.0.1:8080', host: '127.0.0.1:8080' }],
  ['a referrer where there is no origin', { referer: 'https://ksbb.example/give-help?msme=a' }],
])('a form from %s is taken', (_from, headers) => {
  expect(isFromOwnPages(headers, PUBLIC)).toBe(true);
});

test.each([
  ['another site', { origin: 'https://evil.example', host: 'ksbb.example' }],
  ['a site whose name begins alike', { origin: 'https://ksbb.example.evil.example', host: 'ksbb.example' }],
  ['nowhere that it names', { host: 'ksbb.example' }],
  ['an opaque origin', { origin: 'null', host: 'ksbb.example', referer: 'https://ksbb.example/' }],
  ['another port of the host', { origin: 'http://127.0.0.1:9999', host: '127.0.0.1:8080' }],
])('a form from %s is refused', (_from, headers) => {
  expect(isFromOwnPages(headers, PUBLIC)).toBe(false);
});

test('a cookie is found by its exact name', () => {
  const header = 'xksbb=1; ksbb=two=2; ksbb=3';
  expect(readCookie(header, 'ksbb')).toBe('two=2');
  expect(readCookie(header, 'sbb')).toBeUndefined();
  expect(readCookie(undefined, 'ksbb')).toBeUndefined();
});

test('a cookie is out of reach of scripts and other sites, and of http where the portal is on https', () => {
  const cookie = { name: 'a', value: 'b.c-d_e=', path: '/c', maxAgeSeconds: 59.9 };
  expect(setCookies({ ...cookie, secure: false })).toEqual([
    'a=b.c-d_e=; Max-Age=59; Path=/c; HttpOnly; SameSite=Strict',
    'a=b.c-d_e=; Max-Age=59; Path=/en/c; HttpOnly; SameSite=Strict',
  ]);
  expect(setCookies({ ...cookie, secure: true })[0]).toBe(
    'a=b.c-d_e=; Max-Age=59; Path=/c; HttpOnly; Secure; SameSite=Strict',
  );
  expect(setCookies({ ...cookie, maxAgeSeconds: -5, secure: false })[0]).toContain('Max-Age=0;');
});
