import { pageFrom, pageQuery } from './page.ts';

const idOf = (id: string) => id;

test('a page that is not the last names its end', () => {
  expect(pageFrom(['a', 'b', 'c'], 2, idOf)).toEqual({ items: ['a', 'b'], nextCursor: 'b' });
});

test('the last page names none', () => {
  expect(pageFrom(['a', 'b'], 2, idOf)).toEqual({ items: ['a', 'b'], nextCursor: null });
  expect(pageFrom([], 2, idOf)).toEqual({ items: [], nextCursor: null });
});

test('a page has from 1 to 200 items', () => {
  const query = pageQuery(50);
  expect(query.parse({})).toEqual({ limit: 50 });
  expect(query.parse({ limit: '200', cursor: 'b' })).toEqual({ limit: 200, cursor: 'b' });
  for (const bad of [{ limit: '0' }, { limit: '201' }, { limit: 'all' }, { cursor: '' }, { page: '2' }])
    expect(query.safeParse(bad).success).toBe(false);
});
