import { mkdirSync } from 'node:fs';
import { parseCollaborationId } from '@ksbb/contracts';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, desktop, openBrowser, openPage, phone, picture, type Screen } from './browser.ts';
import * as donor from './donor-steps.ts';
import { type RunningPlatform, runPlatform, SCREENSHOTS } from './running-platform.ts';

const MINUTES = 60_000;
const MSMES = 300;

let running: RunningPlatform;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  [running, browser] = await Promise.all([runPlatform(MSMES), openBrowser()]);
}, 4 * MINUTES);

afterAll(async () => {
  await browser?.close();
  await running?.stop();
}, MINUTES);

const baseURL = () => running.platform.portalUrl;

/** The link that an officer sends to the first MSME of a collaboration. */
async function msmeLink(collaborationId: string): Promise<string> {
  const { urls, secrets } = running.platform;
  const response = await fetch(`${urls.portal}/api/commitment/collaborations/${collaborationId}/msme-links`, {
    headers: { Authorization: `Bearer ${secrets.operatorToken}` },
  });
  const { links } = (await response.json()) as { links: { token: string }[] };
  return `/m/${collaborationId}/${links[0]?.token ?? ''}`;
}

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

async function deliverAndHearBack(page: Page, screen: Screen, { given, gifts }: { given: donor.Given; gifts: donor.Gifts }): Promise<void> {
  const { collaborationId, pin } = given;
  await donor.reportDelivery(page, gifts.goodsAmount, pin === '000000' ? '000001' : '000000');
  await page.getByText('PIN ini tidak cocok').first().waitFor();
  expect(await page.locator('#deliver input[name^="quantity."]').first().inputValue()).toBe(String(gifts.goodsAmount));
  await donor.reportDelivery(page, gifts.goodsAmount, pin);
  await page.getByText('Laporan pengiriman tercatat').waitFor();
  await page.getByText('Menunggu UMKM').waitFor();
  await picture(page, screen, '05-delivered');

  const { page: msme, faults } = await openPage(browser, screen, { baseURL: baseURL() });
  await msme.goto(await msmeLink(collaborationId));
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

      await donor.reloadUntil(page, 'Tanda tangani kontrak elektronik');
      await picture(page, screen, '07-collaboration');
      await donor.signContract(page, screen);
      await donor.reloadUntil(page, 'Sudah dicairkan');

      await donor.openWithPin(page, given.pin);
      await page.getByText('PIN cocok').waitFor();
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
