import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../infra/local/chromium.ts';
import { SCREENSHOTS } from './running-platform.ts';

export type Screen = { name: 'phone' | 'desktop'; width: number; height: number };

export const phone: Screen = { name: 'phone', width: 390, height: 844 };
export const desktop: Screen = { name: 'desktop', width: 1280, height: 900 };

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium(), args: ['--disable-gpu', '--disable-quic'] });
}

/** A page of a fresh visitor. What goes wrong in it, such as a script that a policy blocks, lands in `faults`. */
export async function openPage(
  browser: Browser,
  screen: Screen,
  options: { baseURL: string; javaScriptEnabled?: boolean },
): Promise<{ page: Page; faults: string[] }> {
  const touch = screen.name === 'phone';
  const context = await browser.newContext({
    ...options,
    viewport: { width: screen.width, height: screen.height },
    hasTouch: touch,
    isMobile: touch,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // a form that is refused answers 4xx, which the console lists as if it were a fault
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text());
  });
  return { page, faults };
}

/** A picture of the whole page, to be looked at. */
export async function picture(page: Page, screen: Screen, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}-${screen.name}.png`), fullPage: true });
}

/** WCAG 2.2 AA, what it includes, and what axe's authors advise. */
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

type AxeResult = { violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] };

/** What axe finds wrong on a page by WCAG 2.2 AA, a line each; empty where it finds nothing. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const result = (await page.evaluate(
    `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(AXE_TAGS)} } })`,
  )) as AxeResult;
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`),
  );
}
