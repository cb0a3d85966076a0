import { timingSafeEqual } from 'node:crypto';

/** Compares two signatures in their written form, without telling by time where they differ. */
export function sameSignature(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
