import { z } from 'zod';
import { changedMeanwhile, etagOf, idempotencyKeyOf, pageFrom, pageQuery, versionOfIfMatch } from './conventions.ts';
import { problemsOf } from './problem.ts';

const idOf = (id: string) => id;
const withHeader = (value: string | undefined) =>
  ({ get: () => value }) as unknown as Parameters<typeof idempotencyKeyOf>[0];

describe('paging', () => {
  test('a page that is not the last one names its last item as cursor', () => {
    expect(pageFrom(['a', 'b', 'c'], 2, idOf)).toEqual({ items: ['a', 'b'], nextCursor: 'b' });
  });

  test('the last page has no cursor', () => {
    expect(pageFrom(['a', 'b'], 2, idOf)).toEqual({ items: ['a', 'b'], nextCursor: null });
    expect(pageFrom([], 2, idOf)).toEqual({ items: [], nextCursor: null });
  });

  test('a page has from 1 to 200 items, and no unknown filter', () => {
    const query = pageQuery(50);
    expect(query.parse({})).toEqual({ limit: 50 });
    expect(query.parse({ limit: '200', cursor: 'b' })).toEqual({ limit: 200, cursor: 'b' });
    for (const bad of [{ limit: '0' }, { limit: '201' }, { limit: 'all' }, { cursor: '' }, { page: '2' }])
      expect(query.safeParse(bad).success).toBe(false);
  });

  test('a list may have filters of its own, and another limit', () => {
    const query = pageQuery(5, 10).extend({ colour: z.string().optional() });
    expect(query.parse({ colour: 'red' })).toEqual({ limit: 5, colour: 'red' });
    expect(query.safeParse({ limit: '11' }).success).toBe(false);
  });
});

describe('versions', () => {
  test('the ETag of a version is read back from If-Match', () => {
    expect(versionOfIfMatch(withHeader(etagOf(12)))).toBe(12);
  });

  test('an ETag that was never sent here is the ETag of no version', () => {
    expect(versionOfIfMatch(withHeader('"one"'))).toBe(-1);
  });

  test.each([
    [undefined, 428],
    ['W/"1"', 400],
    ['*', 400],
    ['one', 400],
  ])('If-Match %p is answered %i', (header, status) => {
    expect(() => versionOfIfMatch(withHeader(header))).toThrow(expect.objectContaining({ status }));
  });

  test('an edit of an older version is refused with the present ETag', () => {
    expect(changedMeanwhile('Shelf 7', 3)).toMatchObject({
      status: 412,
      slug: 'changed-meanwhile',
      detail: expect.stringContaining('"3"'),
    });
  });
});

test.each([
  ['key-00001', true],
  ['short', false],
  ['with a space', false],
  [undefined, false],
])('the idempotency key %p is taken: %p', (key, isTaken) => {
  const read = () => idempotencyKeyOf(withHeader(key));
  if (isTaken) expect(read()).toBe(key);
  else expect(read).toThrow(expect.objectContaining({ status: 400 }));
});

test('a refusal becomes the problem that the table says', () => {
  type Refusal = { refused: 'full'; left: number } | { refused: 'gone' };
  const problemOf = problemsOf<Refusal>({
    full: {
      status: 422,
      detail: ({ left }) => `There is room for ${left}.`,
      errors: ({ left }) => [{ pointer: '/pieces', detail: `At most ${left}.` }],
      extensions: ({ left }) => ({ left }),
    },
    gone: { status: 404, slug: 'no-such-shelf', detail: 'There is no such shelf.' },
  });
  expect(problemOf({ refused: 'full', left: 2 })).toMatchObject({
    status: 422,
    slug: 'full',
    detail: 'There is room for 2.',
    options: { errors: [{ pointer: '/pieces', detail: 'At most 2.' }], extensions: { left: 2 } },
  });
  expect(problemOf({ refused: 'gone' })).toMatchObject({ status: 404, slug: 'no-such-shelf', options: {} });
});
