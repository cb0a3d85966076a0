import { LRUCache } from 'lru-cache';

/** A value that is computed faster than this is computed anew whenever it changed. */
const CHEAP_MS = 20;
/**
 * Any other value is used for ten times as long as its computation took, even if outdated, so that computing takes a
 * tenth of the time at most.
 */
const REUSE_FACTOR = 10;
const MAX_ENTRIES = 64;

type Memo<Key, Value> = {
  keyOf: (key: Key) => string;
  /** Differs when the value of the key is outdated. */
  versionOf: (key: Key) => number;
  compute: (key: Key) => Value;
  sizeOf: (value: Value) => number;
  maxSize: number;
  /** Milliseconds from some fixed point. */
  clock: () => number;
};

type Entry<Value> = { value: Value; version: number; computedAt: number; tookMs: number };

/**
 * Remembers the values of the keys that were used last, and computes anew what is outdated. The least recently used
 * values are dropped first. A value that is larger than `maxSize` stays until the next one is computed.
 */
export function memoize<Key, Value>(memo: Memo<Key, Value>): (key: Key) => Value {
  const { keyOf, versionOf, compute, sizeOf, maxSize, clock } = memo;
  const entries = new LRUCache<string, Entry<Value>>({
    max: MAX_ENTRIES,
    maxSize,
    sizeCalculation: ({ value }) => Math.max(1, Math.min(sizeOf(value), maxSize)),
  });

  function isUsable({ version, computedAt, tookMs }: Entry<Value>, now: number, present: number): boolean {
    return version === present || (tookMs > CHEAP_MS && now - computedAt < tookMs * REUSE_FACTOR);
  }

  return (key) => {
    const name = keyOf(key);
    const now = clock();
    const version = versionOf(key);
    const found = entries.get(name);
    if (found !== undefined && isUsable(found, now, version)) return found.value;
    const value = compute(key);
    const computedAt = clock();
    entries.set(name, { value, version, computedAt, tookMs: computedAt - now });
    return value;
  };
}
