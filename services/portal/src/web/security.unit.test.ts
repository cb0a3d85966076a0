import { isFromOwnPages, tileSource } from './security.ts';

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
