import type { Request } from 'express';
import { z } from 'zod';
import { badRequest, Problem } from './problem.ts';

/*
 * Conventions that all HTTP interfaces share: pages by cursor, versions as ETags, and Idempotency-Key.
 */

/**
 * The query of a list that is read page by page. `cursor` is the `nextCursor` of the page before. Add a list's own
 * filters with `.extend({ … })`, which may also narrow `cursor`.
 */
export const pageQuery = (usual: number, most = 200) =>
  z.strictObject({
    limit: z.coerce
      .number()
      .int('a whole number')
      .min(1, 'at least 1')
      .max(most, `at most ${most}`)
      .default(Math.min(usual, most)),
    cursor: z.string().min(1).max(300).optional(),
  });

/**
 * Makes a page of what was found when one more was asked for than the page holds.
 * @param found at most `limit` + 1 of what is listed, in order
 * @param cursorOf the cursor behind which the next page begins
 */
export function pageFrom<T>(
  found: readonly T[],
  limit: number,
  cursorOf: (last: T) => string,
): { items: T[]; nextCursor: string | null } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** The ETag of a version. */
export const etagOf = (version: number) => `"${version}"`;

const NO_VERSION = -1;

const ifMatchErrors = [{ pointer: 'header If-Match', detail: 'The ETag that GET sent, such as "3" with its quotes.' }];

/**
 * The version that an edit was made from; `NO_VERSION` for an entity tag that was never sent here, so that the edit is
 * refused as made from another version (RFC 9110, 13.1.1).
 * @throws Problem 428 without If-Match, 400 where it is no strong entity tag
 */
export function versionOfIfMatch(request: Pick<Request, 'get'>): number {
  const header = request.get('if-match');
  if (header === undefined) {
    throw new Problem(
      428,
      'if-match-required',
      'An edit says which version it was made from, so that it does not overwrite what somebody else has changed.',
      { errors: ifMatchErrors },
    );
  }
  if (!/^"[\x21\x23-\x7e]*"$/.test(header))
    throw badRequest('The If-Match header is not an ETag that was sent here.', ifMatchErrors);
  return Number(/^"(\d{1,10})"$/.exec(header)?.[1] ?? NO_VERSION);
}

/** The refusal of an edit that was made from another version than the present one. */
export function changedMeanwhile(what: string, version: number): Problem {
  return new Problem(
    412,
    'changed-meanwhile',
    `${what} has changed: it is now ${etagOf(version)}. Read it again and decide anew.`,
    { errors: [{ pointer: 'header If-Match', detail: 'The ETag that GET sends now.' }] },
  );
}

/** @throws Problem 400 where the header is missing or malformed */
export function idempotencyKeyOf(request: Pick<Request, 'get'>): string {
  const key = request.get('idempotency-key') ?? '';
  if (/^[\x21-\x7e]{8,128}$/.test(key)) return key;
  throw badRequest('This request needs an Idempotency-Key header.', [
    {
      pointer: 'header Idempotency-Key',
      detail: 'Send 8 to 128 visible ASCII characters, fresh for each new request.',
    },
  ]);
}
