/**
 * A whole number as people type it: digits, grouped by dots, commas or spaces or not at all, with `Rp` before it or not.
 * An empty field is undefined; what is no such number is null. Decimals are no number here: pieces, seats and rupiah are whole.
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
