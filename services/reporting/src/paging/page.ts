import { z } from 'zod';

/** The query of a list that is read page by page. `cursor` is the `nextCursor` of the page before. */
export const pageQuery = (usual: number) =>
  z.strictObject({
    limit: z.coerce.number().int('a whole number').min(1, 'at least 1').max(200, 'at most 200').default(usual),
    cursor: z.string().min(1).max(256).optional(),
  });

/**
 * Cuts a page out of what was found when one more was asked for than it holds.
 * @param found at most `limit` + 1 of what is listed, in order
 */
export function pageFrom<T>(
  found: readonly T[],
  limit: number,
  idOf: (one: T) => string,
): { items: T[]; nextCursor: string | null } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? idOf(last) : null };
}
