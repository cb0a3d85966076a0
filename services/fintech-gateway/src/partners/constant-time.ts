import { timingSafeEqual } from 'node:crypto';

/** Compares two signatures without telling by time where they differ. */
export function sameSignature(given: Buffer, right: Buffer): boolean {
  return given.length === right.length && timingSafeEqual(given, right);
}
