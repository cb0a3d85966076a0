import type { Instalment } from './contract.ts';

const JAKARTA_OFFSET_MS = 7 * 60 * 60 * 1000;

/** Equal parts of whole rupiah. The first parts get the remainder, one rupiah each, so that the sum is exact. */
export function splitPrincipal(principalRupiah: number, parts: number): number[] {
  const share = Math.floor(principalRupiah / parts);
  const remainder = principalRupiah % parts;
  return Array.from({ length: parts }, (_, index) => (index < remainder ? share + 1 : share));
}

/** The date in Jakarta of a moment, `YYYY-MM-DD`. */
export function jakartaDate(at: string): string {
  return new Date(Date.parse(at) + JAKARTA_OFFSET_MS).toISOString().slice(0, 10);
}

/** The date in Jakarta `months` months after `from`; in a shorter month, its last day. `YYYY-MM-DD`. */
export function monthsAfter(from: Date, months: number): string {
  const local = new Date(from.getTime() + JAKARTA_OFFSET_MS);
  const [year, month] = [local.getUTCFullYear(), local.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(local.getUTCDate(), lastDay))).toISOString().slice(0, 10);
}

/** The instalments of a principal that is paid out at `disbursedAt`, one each month. */
export function scheduleOf(principalRupiah: number, instalments: number, disbursedAt: Date): Instalment[] {
  return splitPrincipal(principalRupiah, instalments).map((amountRupiah, index) => ({
    instalment: index + 1,
    dueDate: monthsAfter(disbursedAt, index + 1),
    amountRupiah,
  }));
}
