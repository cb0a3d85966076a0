import { isDuplicateKey } from '@ksbb/document-store';

/**
 * Lets an error of an unordered bulk write pass when all that failed in it are documents that are there already.
 * @throws the error otherwise
 */
export function unlessOnlyDuplicates(error: unknown): void {
  const found: unknown = (error as { writeErrors?: unknown }).writeErrors ?? [];
  const failures: unknown[] = Array.isArray(found) ? found : [found];
  if (failures.length === 0 || !failures.every(isDuplicateKey)) throw error;
}
