import { mkdirSync } from 'node:fs';
import { parseCollaborationId } from '@ksbb/contracts';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, desktop, openBrowser, openPage, phone, picture, type Screen } from './browser.ts';
import * as donor from './donor-steps.ts';
import { makeCollaboration, msmeLink } from './collaboration.ts';
import { type RunningPlatform, runPlatform, SCREENSHOTS } from './running-platform.ts';

const MINUTES = 60_000;
const MSMES = 300;
/** The English pages worth a picture of their own; a long one takes a second. */
const PICTURED = ['main', 'msme', 'give-help-refused', 'collaboration-opened', 'join-donation', 'wrong-id'];

let running: RunningPlatform;
let browser: Browser;
const undos: (() => Promise<void>)[] = [];

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  browser = await openBrowser();
  running = await runPlatform(MSMES, (undo) => undos.push(undo));
}, 4 * MINUTES);

afterAll(async () => {
  await browser?.close();
  for (const undo of undos.toReversed()) await undo();
}, MINUTES);

const baseURL = () => running.portalUrl;

async function chooseOnListAndMap(page: Page, screen: Screen, kecamatan: string): Promise<string[]> {
  await page.goto('/');
  await expect(page.locator('input[name="id"]').isVisible()).resolves.toBe(true);
  await page.getByText('Saringan lain').click();
  await page.locator('select[name="kecamatan"]').selectOption({ label: kecamatan });
  await page.waitForURL(/kecamatan=31\./);
  await page.locator('#results .meta', { hasText: kecamatan }).first().waitFor();
  const inList = await donor.selectInList(page, 0);
  const onMap = await donor.selectOnMap(page, inList);
  await picture(page, screen, '01-main');
  await page.getByRole('link', { name: 'Hapus saringan' }).click();
  await page.waitForURL((url) => !url.searchParams.has('kecamatan'));
  expect(new URL(page.url()).searchParams.getAll('msme')).toEqual([inList, onMap]);
  expect(await page.locator('#selected').textContent()).toBe('2 UMKM dipilih');
  await page.getByRole('button', { name: 'Beri Bantuan' }).click();
  await page.waitForURL(/\/give-help\?/);
  return [inList, onMap];
}

async function giveAllThreePackages(page: Page, screen: Screen): Promise<{ given: donor.Given; gifts: donor.Gifts }> {
  const gifts = await donor.fillGifts(page);
  await donor.fillDonor(page, 'PT Contoh Sejahtera');
  await page.getByRole('button', { name: 'Kirim janji bantuan' }).click();
  await page.getByText('Tanpa persetujuan ini').first().waitFor();
  expect(await page.locator('input[name="email"]').inputValue()).toBe('donatur@contoh.example');
  expect(await page.locator(`input[name="amount.${gifts.goods}"]`).inputValue()).toBe(String(gifts.goodsAmount));
  await picture(page, screen, '03-give-help-refused');
  await page.locator('input[name="consent"]').check();
  await picture(page, screen, '02-give-help');
  const given = await donor.sendGifts(page);
  expect(parseCollaborationId(given.collaborationId)).toEqual({ ok: true, id: given.collaborationId });
  expect(given.pin).toMatch(/^\d{6}$/);
  await picture(page, screen, '04-receipt');
  await page.reload();
  expect(await page.locator('#pin').count()).toBe(0);
  await page.getByText('tidak dapat ditampilkan lagi').waitFor();
  return { given, gifts };
}

async function deliverAndHearBack(
  page: Page,
  screen: Screen,
  { given, gifts }: { given: donor.Given; gifts: donor.Gifts },
): Promise<void> {
  const { collaborationId, pin } = given;
  await donor.reportDelivery(page, gifts.goodsAmount, pin === '000000' ? '000001' : '000000');
  await page.getByText('PIN ini tidak cocok').first().waitFor();
  expect(await page.locator('#deliver input[name^="quantity."]').first().inputValue()).toBe(String(gifts.goodsAmount));
  await donor.reportDelivery(page, gifts.goodsAmount, pin);
  await page.getByText('Laporan pengiriman tercatat').waitFor();
  await page.getByText('Menunggu UMKM').waitFor();
  await picture(page, screen, '05-delivered');

  const { page: msme, faults } = await openPage(browser, screen, { baseURL: baseURL() });
  await msme.goto(await msmeLink(running.client, collaborationId));
  await msme.locator('input[name="quantity"]').fill(String(gifts.goodsAmount - 1));
  await picture(msme, screen, '06-msme-own');
  await msme.getByRole('button', { name: 'Nyatakan diterima' }).click();
  await msme.getByText('Penerimaan tercatat').waitFor();
  expect(faults).toEqual([]);
  await msme.context().close();

  await page.reload();
  expect(await page.locator('#reports .badge.differs').textContent()).toBe('Selisih 1 buah');
}

describe.each([phone, desktop])('a donor on a $name', (screen) => {
  const kecamatan = screen.name === 'phone' ? 'Gambir' : 'Sawah Besar';

  test(
    'finds MSMEs, gives all three packages, reports, hears back, signs and schedules',
    async () => {
      const { page, faults } = await openPage(browser, screen, { baseURL: baseURL() });
      await chooseOnListAndMap(page, screen, kecamatan);
      const { given, gifts } = await giveAllThreePackages(page, screen);

      await donor.track(page, given.collaborationId.toLowerCase().replaceAll('-', ' '));
      await page.waitForURL(`**/collaborations/${given.collaborationId}`);
      await deliverAndHearBack(page, screen, { given, gifts });

      await donor.reloadUntil(page, 'Masukkan PIN untuk menandatangani kontrak');
      await donor.openWithPin(page, given.pin);
      await page.getByText('PIN cocok').waitFor();
      await donor.reloadUntil(page, 'Tanda tangani kontrak elektronik');
      await picture(page, screen, '07-collaboration');
      await donor.signContract(page, screen);
      await donor.reloadUntil(page, 'Sudah dicairkan');

      await donor.reloadUntil(page, 'Jadwalkan dan undang');
      await picture(page, screen, '09-opened');
      await donor.scheduleTraining(page);
      await page.getByText('Jadwal tersimpan').waitFor();
      await page.getByText('Balai warga Petojo').waitFor();
      await donor.reloadUntil(page, /Pelatihan .* dijadwalkan/);
      await picture(page, screen, '10-collaboration-later');

      await page.goto('/impact');
      await picture(page, screen, '11-impact');
      expect(await page.locator('.big-numbers dd').nth(2).textContent()).not.toBe('0');
      expect(faults).toEqual([]);
      await page.context().close();
    },
    3 * MINUTES,
  );
});

test(
  'a donor without JavaScript gives, tracks, reports and opens by plain forms',
  async () => {
    const { page } = await openPage(browser, phone, { baseURL: baseURL(), javaScriptEnabled: false });
    await page.goto('/');
    await page.getByText('Saringan lain').click();
    await page.locator('select[name="category"]').selectOption('pasar');
    await page.getByRole('button', { name: 'Terapkan' }).click();
    await page.waitForURL(/\/\?category=pasar$/);
    const first = await donor.selectInList(page, 0);
    await page.getByRole('button', { name: 'Halaman berikutnya' }).click();
    await page.waitForURL(/cursor=/);
    expect(new URL(page.url()).searchParams.getAll('msme')).toEqual([first]);
    const second = await donor.selectInList(page, 1);
    await page.getByRole('button', { name: 'Beri Bantuan' }).click();
    await page.waitForURL(/\/give-help\?/);
    expect(
      new Set(
        await page
          .locator('input[type="hidden"][name="msme"]')
          .evaluateAll((inputs) => inputs.map((input) => input.getAttribute('value'))),
      ),
    ).toEqual(new Set([first, second]));

    const gifts = await donor.fillGifts(page);
    await donor.fillDonor(page, 'Toko Tanpa Skrip');
    await page.getByRole('button', { name: 'Kirim janji bantuan' }).click();
    await page.getByText('Tanpa persetujuan ini').first().waitFor();
    await page.locator('input[name="consent"]').check();
    const { collaborationId, pin } = await donor.sendGifts(page);
    await page.getByRole('link', { name: 'Buka halaman kolaborasi' }).click();
    await page.waitForURL(`**/collaborations/${collaborationId}`);
    await donor.reportDelivery(page, gifts.goodsAmount, pin);
    await page.getByText('Laporan pengiriman tercatat').waitFor();
    await donor.openWithPin(page, pin);
    await page.getByText('donatur@contoh.example').waitFor();
    await donor.track(page, collaborationId.slice(0, -1));
    await page.getByText('lebih pendek atau lebih panjang').waitFor();
    await page.context().close();
  },
  2 * MINUTES,
);

describe.each(['', '/en'])('the pages under "%s/"', (language) => {
  test(
    'have no fault that axe knows',
    async () => {
      const { collaborationId, pin, msmeId } = await makeCollaboration(running.client);
      const { page, faults } = await openPage(browser, desktop, { baseURL: baseURL() });
      const found: string[] = [];
      const look = async (name: string) => {
        found.push(...(await accessibilityFaults(page)).map((fault) => `${name}: ${fault}`));
        if (language === '/en' && PICTURED.includes(name)) await picture(page, desktop, `english-${name}`);
      };
      const visit = async (name: string, path: string) => {
        await page.goto(language + path);
        await look(name);
      };
      await page.goto(`${language}/?package=goods&msme=${msmeId}`);
      await page.locator('#map .marker button').first().waitFor();
      await page.locator('#more-filters summary').click();
      await donor.selectOnMap(page, msmeId);
      await look('main');
      await visit('msme', `/msmes/${msmeId}`);
      await visit('give-help-empty', '/give-help');
      await visit('give-help', `/give-help?msme=${msmeId}`);
      await page.locator('#give-help button[type="submit"]').click();
      await page.locator('[role="alert"]').waitFor();
      await look('give-help-refused');
      await visit('receipt', `/collaborations/${collaborationId}/receipt`);
      await visit('wrong-id', '/collaborations?id=KSBB-0000-0000-0012');
      await visit('collaboration', `/collaborations/${collaborationId}`);
      await donor.openWithPin(page, pin);
      await page.locator('.notice.good').waitFor();
      await look('collaboration-opened');
      await visit('msme-own', await msmeLink(running.client, collaborationId));
      await visit('join-donation', '/join-donation');
      await visit('impact', '/impact');
      await visit('not-found', '/nowhere');
      expect(found).toEqual([]);
      expect(faults).toEqual([]);
      await page.context().close();
    },
    2 * MINUTES,
  );
});
