import { tileSource } from './security-headers.ts';

test.each([
  ['https://tiles.example/{z}/{x}/{y}.png', 'https://tiles.example'],
  ['https://{s}.tiles.example/{z}/{x}/{y}.png', 'https://*.tiles.example'],
  ['http://127.0.0.1:8081/{z}/{x}/{y}', 'http://127.0.0.1:8081'],
])('tiles at %s come from %s', (tileUrl, source) => {
  expect(tileSource(tileUrl)).toBe(source);
});
