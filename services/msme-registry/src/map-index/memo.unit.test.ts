import { memoize } from './memo.ts';

/** A memo whose time passes only while it computes or when the test says so, and which records what it computed. */
function memoThatTakes(tookMs: number, maxSize = 100, size = 1) {
  const seen = { now: 0, version: 1, computed: [] as string[] };
  const get = memoize<string, string>({
    keyOf: (key) => key,
    versionOf: () => seen.version,
    compute: (key) => {
      seen.now += tookMs;
      seen.computed.push(key);
      return `${key}@${seen.version}`;
    },
    sizeOf: () => size,
    maxSize,
    clock: () => seen.now,
  });
  return { get, seen };
}

test('a value that is not outdated is computed once', () => {
  const { get, seen } = memoThatTakes(1_000);
  expect([get('a'), get('a'), get('b'), get('a')]).toEqual(['a@1', 'a@1', 'b@1', 'a@1']);
  expect(seen.computed).toEqual(['a', 'b']);
});

test('a cheap value is computed anew after each change', () => {
  const { get, seen } = memoThatTakes(20);
  get('a');
  seen.version = 2;
  expect(get('a')).toBe('a@2');
});

test('an expensive value is used for ten times as long as its computation took', () => {
  const { get, seen } = memoThatTakes(100);
  get('a');
  seen.version = 2;
  seen.now += 999;
  expect(get('a')).toBe('a@1');
  seen.now += 1;
  expect(get('a')).toBe('a@2');
});

test('the least recently used value is dropped first when there is too much', () => {
  const { get, seen } = memoThatTakes(1, 3);
  for (const key of ['a', 'b', 'c', 'a', 'd']) get(key);
  expect(seen.computed).toEqual(['a', 'b', 'c', 'd']);
  get('a');
  expect(seen.computed).toHaveLength(4);
  get('b');
  expect(seen.computed.at(-1)).toBe('b');
});

test('a value that is too large stays until the next one', () => {
  const { get, seen } = memoThatTakes(1, 3, 10);
  for (const key of ['a', 'a', 'b', 'a']) get(key);
  expect(seen.computed).toEqual(['a', 'b', 'a']);
});

test('there are never more than 64 values', () => {
  const { get, seen } = memoThatTakes(1, 1_000);
  for (let key = 0; key < 65; key += 1) get(`k${key}`);
  get('k1');
  expect(seen.computed).toHaveLength(65);
  get('k0');
  expect(seen.computed).toHaveLength(66);
});
