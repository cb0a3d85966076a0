import type { Instalment } from '@ksbb/contracts';

export type Arrears = { since: string; days: number; amountRupiah: number };

const DAY_MS = 86_400_000;
const JAKARTA_MS = 7 * 3_600_000;

/** The day in Jakarta (UTC+7 all year), `YYYY-MM-DD`. */
export function dayInJakarta(now: Date): string {
  return new Date(now.getTime() + JAKARTA_MS).toISOString().slice(0, 10);
}

/**
 * What is late of a schedule: all that was due before `today` less all that was paid, whichever instalment it was paid for.
 * It is late since the oldest day whose instalment the payments do not reach; nothing is late on the day it is due.
 * @param today a day in Jakarta
 */
export function arrearsOf(schedule: readonly Instalment[], paidRupiah: number, today: string): Arrears | null {
  let left = paidRupiah;
  let since: string | null = null;
  let amountRupiah = 0;
  for (const due of [...schedule].sort((a, b) => a.dueDate.localeCompare(b.dueDate))) {
    if (due.dueDate >= today) break;
    const missing = Math.max(0, due.amountRupiah - left);
    left = Math.max(0, left - due.amountRupiah);
    if (missing > 0) since ??= due.dueDate;
    amountRupiah += missing;
  }
  if (since === null) return null;
  return { since, days: Math.round((Date.parse(today) - Date.parse(since)) / DAY_MS), amountRupiah };
}
