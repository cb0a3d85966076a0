/**
 * Reads a whole number as people type it: digits, with dots, commas or spaces between groups of three, and with or
 * without `Rp` before it. Undefined for an empty field, null for anything else, such as a number with decimals.
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

/** The time in UTC of a date and a time in Jakarta from date and time inputs; undefined if it is not valid. */
export function fromJakarta(date: string, time: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !/^\d{2}:\d{2}$/.test(time)) return undefined;
  const instant = new Date(`${date}T${time}:00+07:00`);
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** The date and the time in Jakarta, for date and time inputs, of a time in UTC. */
export function jakartaParts(utc: string): { date: string; time: string } {
  const local = new Date(new Date(utc).getTime() + OFFSET_MS).toISOString();
  return { date: local.slice(0, 10), time: local.slice(11, 16) };
}
