import { eventually } from '@ksbb/testkit';
import type { Locator, Page } from 'playwright-core';
import { picture, type Screen } from './browser.ts';

/** What a donor is given for a commitment. */
export type Given = { collaborationId: string; pin: string };

const DAY_MS = 24 * 60 * 60 * 1000;

const box = (page: Page, msmeId: string) => page.locator(`#results input[name="msme"][value="${msmeId}"]`);

/** Ticks an MSME in the list; its id. */
export async function selectInList(page: Page, at: number): Promise<string> {
  const choice = page.locator('#results input[name="msme"]').nth(at);
  const msmeId = await choice.getAttribute('value');
  if (msmeId === null) throw new Error('a box without an id');
  await box(page, msmeId).check();
  return msmeId;
}

/** Ticks the first MSME that is not `other` in the popup that is open. */
async function tickInPopup(page: Page, other: string): Promise<string | undefined> {
  const choice = page.locator(`.popup input[data-msme]:not([data-msme="${other}"])`).first();
  if ((await choice.count()) === 0) return undefined;
  await choice.check();
  return (await choice.getAttribute('data-msme')) ?? undefined;
}

/** Presses a marker by keyboard, and waits until it opened a popup (true) or the map drew its markers anew (false). */
async function pressOnMap(page: Page, marker: Locator): Promise<boolean> {
  const button = await marker.elementHandle();
  await marker.focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    (pressed) => document.querySelector('.popup') !== null || pressed?.isConnected !== true,
    button,
  );
  return (await page.locator('.popup').count()) > 0;
}

/** Opens clusters until there is an MSME on the map that is not `other`, and selects it there; its id. */
export async function selectOnMap(page: Page, other: string): Promise<string> {
  for (let step = 0; step < 12; step += 1) {
    await page.locator('#map .marker button').first().waitFor();
    const point = page.locator(`#map button.point:not([data-msme="${other}"])`).first();
    const target = (await point.count()) > 0 ? point : page.locator('#map button.cluster').first();
    if (!(await pressOnMap(page, target))) continue;
    const ticked = await tickInPopup(page, other);
    if (ticked !== undefined) return ticked;
    await page.keyboard.press('Escape');
  }
  throw new Error('no MSME could be opened on the map');
}

/** Fills in the input of each name. */
async function fill(within: Page | Locator, values: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(values)) await within.locator(`input[name="${name}"]`).fill(value);
}

/** Fills in about the donor. */
export async function fillDonor(page: Page, name: string): Promise<void> {
  await fill(page, { name, email: 'donatur@contoh.example', phone: '0812 3456 7890' });
  await page.locator('select[name="kind"]').selectOption('company');
}

/** The need of goods that is given to, and how many pieces. */
export type Gifts = { goods: string; goodsAmount: number };

const needIdOf = async (amount: Locator) => (await amount.getAttribute('name'))?.replace('amount.', '') ?? '';

/** Gives to the first need of each package. */
export async function fillGifts(page: Page): Promise<Gifts> {
  const [goods, capital, training] = ['goods', 'capital', 'training'].map((of) =>
    page.locator(`#give-help input[name^="amount."][data-package="${of}"]`).first(),
  ) as [Locator, Locator, Locator];
  const goodsAmount = Math.min(5, Number(await goods.getAttribute('data-open')));
  await goods.fill(String(goodsAmount));
  await capital.fill('Rp 6.000.000');
  const needId = await needIdOf(capital);
  await page.locator(`select[name="partner.${needId}"]`).selectOption('amanah');
  await page.locator(`select[name="instalments.${needId}"]`).selectOption('3');
  await training.fill('2');
  return { goods: await needIdOf(goods), goodsAmount };
}

/** Sends the form and reads the receipt. */
export async function sendGifts(page: Page): Promise<Given> {
  await page.getByRole('button', { name: 'Kirim janji bantuan' }).click();
  const collaborationId = (await page.locator('#collaboration-id').textContent()) ?? '';
  const pin = (await page.locator('#pin').textContent()) ?? '';
  return { collaborationId, pin };
}

/** Types the ID into the box of the main page, as people do. */
export async function track(page: Page, typed: string): Promise<void> {
  await page.goto('/');
  await fill(page, { id: typed });
  await page.getByRole('button', { name: 'Lacak' }).click();
}

/** Reports the first goods line as delivered. */
export async function reportDelivery(page: Page, quantity: number, pin: string): Promise<void> {
  const form = page.locator('#deliver form');
  await form.locator('input[name^="quantity."]').first().fill(String(quantity));
  await fill(form, { pin });
  await form.getByRole('button').click();
}

/** Opens the collaboration with its PIN. */
export async function openWithPin(page: Page, pin: string): Promise<void> {
  const form = page.locator('#access form');
  await fill(form, { pin });
  await form.getByRole('button').click();
}

/** Schedules the training for tomorrow. */
export async function scheduleTraining(page: Page): Promise<void> {
  const form = page.locator('#trainings form').first();
  const date = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
  const place = 'Balai warga Petojo';
  await fill(form, { date, starts: '09:00', ends: '11:30', place, trainer: 'Sari Contoh' });
  await form.getByRole('button', { name: 'Jadwalkan dan undang' }).click();
}

/** Reloads the page until `text` is on it: other services hear of what happened a little later, by events. */
export async function reloadUntil(page: Page, text: string | RegExp): Promise<void> {
  const isThere = async () => {
    if ((await page.getByText(text).count()) > 0) return true;
    await page.waitForTimeout(500);
    await page.reload();
    return false;
  };
  await eventually(`"${text}" is on ${page.url()}`, isThere, 30_000);
}

/** Signs the e-contract at the partner, and comes back. */
export async function signContract(page: Page, screen: Screen): Promise<void> {
  const back = page.url();
  await page.getByRole('link', { name: 'Tanda tangani kontrak elektronik' }).first().click();
  await fill(page, { name: 'Sari Contoh' });
  await page.locator('input[name="agree"]').check();
  await picture(page, screen, '08-e-contract');
  await page.getByRole('button', { name: 'Tanda tangani' }).click();
  await page.getByText(/Sudah ditandatangani/).waitFor();
  await page.goto(back);
}
