/**
 * A whole number as people type it: digits, grouped by dots, commas or spaces or not at all, with `Rp` before it or
 * not. An empty field is undefined; what is no such number is null. Decimals are rejected: pieces, seats and rupiah are
 * whole.
 */
export function readAmount(typed: string): number | undefined | null {
  const text = typed
    .trim()
    .replace(/^rp\.?\s*/i, '')
    .trim();
  if (text === '') return undefined;
  const grouped = /^\d{1,3}([., \u00a0\u202f])\d{3}(\1\d{3})*$/;
  if (!/^\d+$/.test(text) && !grouped.test(text)) return null;
  const value = Number(text.replaceAll(/\D/g, ''));
  return Number.isSafeInteger(value) ? value : null;
}

/** Jakarta keeps UTC+7 all year round. */
const OFFSET_MS = 7 * 60 * 60 * 1000;

/**
 * A date and a time of day in Jakarta, as date and time inputs give them, as a time in UTC; undefined where it is none.
 */
export function fromJakarta(date: string, time: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !/^\d{2}:\d{2}$/.test(time)) return undefined;
  const instant = new Date(`${date}T${time}:00+07:00`);
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** A time in UTC as date and time inputs want it, in Jakarta. */
export function jakartaParts(utc: string): { date: string; time: string } {
  const local = new Date(new Date(utc).getTime() + OFFSET_MS).toISOString();
  return { date: local.slice(0, 10), time: local.slice(11, 16) };
}
