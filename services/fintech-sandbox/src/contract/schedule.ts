import type { Instalment } from './contract.ts';

const JAKARTA_OFFSET_MS = 7 * 60 * 60 * 1000;

/** Equal parts of whole rupiah; what does not divide goes to the first parts, one rupiah each. The sum is exact. */
export function splitPrincipal(principalRupiah: number, parts: number): number[] {
  const share = Math.floor(principalRupiah / parts);
  const remainder = principalRupiah % parts;
  return Array.from({ length: parts }, (_, index) => (index < remainder ? share + 1 : share));
}

/** The day in Jakarta `months` months after `from`, or the last day of that month where it is shorter. `YYYY-MM-DD`. */
export function monthsAfter(from: Date, months: number): string {
  const local = new Date(from.getTime() + JAKARTA_OFFSET_MS);
  const [year, month] = [local.getUTCFullYear(), local.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(local.getUTCDate(), lastDay))).toISOString().slice(0, 10);
}

/** What is due when, for a principal paid out at `disbursedAt`. */
export function scheduleOf(principalRupiah: number, instalments: number, disbursedAt: Date): Instalment[] {
  return splitPrincipal(principalRupiah, instalments).map((amountRupiah, index) => ({
    instalment: index + 1,
    dueDate: monthsAfter(disbursedAt, index + 1),
    amountRupiah,
  }));
}
