import { createBuiltCache } from './built-cache.ts';

/** A cache whose time passes only while it builds or is let pass, and which notes what it built. */
function cacheThatTakes(tookMs: number, mostWeight = 100, weight = 1) {
  const seen = { now: 0, stamp: 1, built: [] as string[] };
  const get = createBuiltCache<string, string>({
    keyOf: (key) => key,
    stampOf: () => seen.stamp,
    build: (key) => {
      seen.now += tookMs;
      seen.built.push(key);
      return `${key}@${seen.stamp}`;
    },
    weigh: () => weight,
    mostWeight,
    clock: () => seen.now,
  });
  return { get, seen };
}

test('what has not changed is built once', () => {
  const { get, seen } = cacheThatTakes(1_000);
  expect([get('a'), get('a'), get('b'), get('a')]).toEqual(['a@1', 'a@1', 'b@1', 'a@1']);
  expect(seen.built).toEqual(['a', 'b']);
});

test('what is cheap is built anew after each change', () => {
  const { get, seen } = cacheThatTakes(20);
  get('a');
  seen.stamp = 2;
  expect(get('a')).toBe('a@2');
});

test('what is dear rests for ten times as long as it took', () => {
  const { get, seen } = cacheThatTakes(100);
  get('a');
  seen.stamp = 2;
  seen.now += 999;
  expect(get('a')).toBe('a@1');
  seen.now += 1;
  expect(get('a')).toBe('a@2');
});

test('the least recently used go first when there is too much', () => {
  const { get, seen } = cacheThatTakes(1, 3);
  for (const key of ['a', 'b', 'c', 'a', 'd']) get(key);
  expect(seen.built).toEqual(['a', 'b', 'c', 'd']);
  get('a');
  expect(seen.built).toHaveLength(4);
  get('b');
  expect(seen.built.at(-1)).toBe('b');
});

test('one that is too heavy by itself is kept until the next', () => {
  const { get, seen } = cacheThatTakes(1, 3, 10);
  for (const key of ['a', 'a', 'b', 'a']) get(key);
  expect(seen.built).toEqual(['a', 'b', 'a']);
});

test('there are never more than 64', () => {
  const { get, seen } = cacheThatTakes(1, 1_000);
  for (let key = 0; key < 65; key += 1) get(`k${key}`);
  get('k1');
  expect(seen.built).toHaveLength(65);
  get('k0');
  expect(seen.built).toHaveLength(66);
});
