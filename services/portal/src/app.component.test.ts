import { createLog, createMetrics } from '@ksbb/service-kit';
import supertest from 'supertest';
import { createApp } from './app.ts';
import { settingsSchema } from './settings.ts';

const AWAY = 'http://127.0.0.1:1';
const settings = settingsSchema.parse({
  PORT: 1,
  HEALTH_PORT: 2,
  PUBLIC_URL: 'https://ksbb.example/',
  MSME_REGISTRY_URL: AWAY,
  COMMITMENT_URL: AWAY,
  FINTECH_GATEWAY_URL: AWAY,
  TRAINING_URL: AWAY,
  REPORTING_URL: AWAY,
  TILE_URL: 'https://{s}.tiles.example/{z}/{x}/{y}.png',
});
const { app } = createApp({ settings, log: createLog('portal', 'silent'), metrics: createMetrics('portal') });
const get = (path: string) => supertest(app).get(path);
const ID = 'KSBB-0000-0000-0011';

describe('with every service away', () => {
  test.each([
    ['/', 'Daftar UMKM sedang tidak dapat dimuat'],
    ['/en/', 'The list of MSMEs cannot be loaded'],
    ['/impact', 'Pelaporan sedang tidak dapat dihubungi'],
    ['/en/impact', 'Reporting cannot be reached'],
    ['/join-donation', 'Pencatatan bantuan sedang tidak dapat dihubungi'],
    ['/msmes/gen-0000001', 'Daftar UMKM sedang tidak dapat dihubungi'],
    [`/en/collaborations/${ID}`, 'The record of commitments cannot be reached'],
    ['/give-help?msme=gen-0000001', 'sedang tidak dapat dihubungi'],
  ])('%s says so in words and shows nothing of the inside', async (path, words) => {
    const response = await get(path);
    expect(response.status).toBe(503);
    expect(response.text).toContain(words);
    expect(response.text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|node:internal|\.ts:/);
  });
});

test.each([
  ['KSBB-0000-0000-001', 'lebih pendek atau lebih panjang'],
  ['KSBB-0000-0000-001U', 'Ada huruf yang tidak dipakai'],
  ['KSBB-0000-0000-0012', 'salah ketik atau tertukar'],
])('a mistyped ID %s says which way it is wrong, and is kept', async (typed, words) => {
  for (const path of [`/collaborations?id=${typed}`, `/collaborations/${typed}`]) {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(response.text).toContain(words);
    expect(response.text).toContain(`value="${typed}"`);
  }
});

test('an ID as people type it leads to its page', async () => {
  const response = await get('/en/collaborations?id=+ksbb+oooo+oooo+ooil+');
  expect(response.status).toBe(302);
  expect(response.headers['location']).toBe(`/en/collaborations/${ID}`);
  expect((await get('/collaborations/000000000011')).headers['location']).toBe(`/collaborations/${ID}`);
});

test('what is typed is shown as text and never as markup', async () => {
  const response = await get(`/collaborations?id=${encodeURIComponent('"><script>alert(1)</script>')}`);
  expect(response.text).not.toContain('<script>alert');
  expect(response.text).toContain('&lt;script>');
});

test('the address without empty fields is the one that stays', async () => {
  const response = await get('/?q=&package=goods&category=&msme=gen-0000001');
  expect(response.status).toBe(302);
  expect(response.headers['location']).toBe('/?package=goods&msme=gen-0000001');
});

test('the language link keeps page and query', async () => {
  expect((await get('/?package=goods&msme=gen-0000001')).text).toContain(
    'href="/en/?package=goods&amp;msme=gen-0000001"',
  );
  expect((await get('/en/collaborations?id=x')).text).toContain('href="/collaborations?id=x"');
});

test.each([
  ['/nothing', 'Halaman tidak ditemukan'],
  ['/en/nothing', 'Page not found'],
  ['/msmes/NOT-AN-ID', 'UMKM ini tidak ada di daftar'],
  ['/%E0%A4%A', 'Halaman tidak ditemukan'],
])('%s is a page that says it is not there', async (path, words) => {
  const response = await get(path);
  expect([400, 404]).toContain(response.status);
  expect(response.type).toBe('text/html');
  expect(response.text).toContain(words);
});

describe('forms', () => {
  const post = (path: string) => supertest(app).post(path).type('form');

  test('are taken from the own pages only', async () => {
    const pin = { pin: '12' };
    expect((await post(`/collaborations/${ID}/open`).send(pin)).status).toBe(403);
    expect((await post(`/collaborations/${ID}/open`).set('Origin', 'https://evil.example').send(pin)).status).toBe(403);
    expect((await post(`/collaborations/${ID}/open`).set('Origin', 'https://ksbb.example').send(pin)).status).toBe(503);
  });

  test('that are too large are refused in words', async () => {
    const response = await post('/give-help')
      .set('Origin', 'https://ksbb.example')
      .send(`note=${'x'.repeat(200_000)}`);
    expect(response.status).toBe(413);
    expect(response.text).toContain('Isian terlalu besar');
  });

  test('closing a collaboration forgets its token in both languages', async () => {
    const response = await post(`/collaborations/${ID}/close`).set('Origin', 'https://ksbb.example');
    expect(response.status).toBe(303);
    expect(response.headers['set-cookie']).toEqual([
      `ksbb_access=; Max-Age=0; Path=/collaborations/${ID}; HttpOnly; Secure; SameSite=Strict`,
      `ksbb_access=; Max-Age=0; Path=/en/collaborations/${ID}; HttpOnly; Secure; SameSite=Strict`,
    ]);
  });
});

test('a policy lets in nothing inline and nothing from elsewhere but the tiles of the setting', async () => {
  const response = await get('/');
  const policy = response.headers['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("style-src 'self'");
  expect(policy).toContain("img-src 'self' data: https://*.tiles.example");
  expect(policy).not.toMatch(/unsafe|nonce/);
  expect(response.text).not.toMatch(/<style|style="|<script(?![^>]*\bsrc=)|\son[a-z]+="/);
});

test('assets are cached for ever under a hash of their content, and no module imports a missing one', async () => {
  const page = (await get('/')).text;
  const seen = new Set<string>();
  const queue = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url]) => url ?? '');
  while (queue.length > 0) {
    const url = queue.pop() ?? '';
    if (seen.has(url)) continue;
    seen.add(url);
    const response = await get(url).buffer(true);
    expect({ url, status: response.status }).toEqual({ url, status: 200 });
    expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    if (url.endsWith('.js'))
      queue.push(...[...response.text.matchAll(/from '(\/assets\/[^']+)'/g)].map(([, next]) => next ?? ''));
  }
  expect([...seen].map((url) => url.split('/').at(-1))).toEqual(
    expect.arrayContaining([
      'style.css',
      'leaflet.js',
      'explore.js',
      'map.js',
      'selection.js',
      'plus-jakarta-sans.woff2',
    ]),
  );
  expect((await get('/assets/0000000000000000/style.css')).status).toBe(404);
});

test('the main page loads within its budget: 90 KB of scripts and 200 KB in all, compressed', async () => {
  const { gzipSync } = await import('node:zlib');
  const page = (await get('/')).text;
  const sizes = new Map<string, number>([['page', gzipSync(page).length]]);
  const queue = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url]) => url ?? '');
  for (let url = queue.pop(); url !== undefined; url = queue.pop()) {
    if (sizes.has(url)) continue;
    const body = (await get(url).responseType('blob')).body as Buffer;
    sizes.set(url, url.endsWith('.woff2') ? body.length : gzipSync(body).length);
    if (url.endsWith('.js'))
      queue.push(...[...body.toString().matchAll(/from '(\/assets\/[^']+)'/g)].map(([, next]) => next ?? ''));
  }
  const sum = (of: (url: string) => boolean) =>
    [...sizes].filter(([url]) => of(url)).reduce((total, [, size]) => total + size, 0);
  expect(sum((url) => url.endsWith('.js'))).toBeLessThan(90 * 1024);
  expect(sum(() => true)).toBeLessThan(200 * 1024);
});
