/** Below this, building is cheap enough to be done whenever something changed. */
const CHEAP_MS = 20;
/** What is dear to build rests for ten times as long as it took, changed or not: it may take a tenth of the time at most. */
const REST_FOR_EACH_MS = 10;
const MOST_ENTRIES = 64;

type BuiltCache<Key, Built> = {
  keyOf: (key: Key) => string;
  /** Differs when what was built for the key no longer holds. */
  stampOf: (key: Key) => number;
  build: (key: Key) => Built;
  /** How much room a built thing takes, in whatever unit `mostWeight` has. */
  weigh: (built: Built) => number;
  mostWeight: number;
  /** Milliseconds from some fixed point. */
  clock: () => number;
};

type Entry<Built> = { built: Built; stamp: number; madeAt: number; tookMs: number; weight: number };

/**
 * Keeps what was built for the keys last asked for, and builds anew what has changed. The least recently used go first;
 * one that is too heavy by itself stays until the next.
 */
export function createBuiltCache<Key, Built>({
  keyOf,
  stampOf,
  build,
  weigh,
  mostWeight,
  clock,
}: BuiltCache<Key, Built>): (key: Key) => Built {
  const entries = new Map<string, Entry<Built>>();

  function stillGood({ stamp, madeAt, tookMs }: Entry<Built>, now: number, stampNow: number): boolean {
    return stamp === stampNow || (tookMs > CHEAP_MS && now - madeAt < tookMs * REST_FOR_EACH_MS);
  }

  function makeRoom(): void {
    let weight = [...entries.values()].reduce((sum, entry) => sum + entry.weight, 0);
    for (const [key, entry] of entries) {
      if (entries.size === 1 || (entries.size <= MOST_ENTRIES && weight <= mostWeight)) return;
      entries.delete(key);
      weight -= entry.weight;
    }
  }

  function make(key: Key, started: number): Entry<Built> {
    const stamp = stampOf(key);
    const built = build(key);
    const madeAt = clock();
    return { built, stamp, madeAt, tookMs: madeAt - started, weight: weigh(built) };
  }

  return (key) => {
    const name = keyOf(key);
    const now = clock();
    const found = entries.get(name);
    entries.delete(name);
    const entry = found !== undefined && stillGood(found, now, stampOf(key)) ? found : make(key, now);
    entries.set(name, entry);
    makeRoom();
    return entry.built;
  };
}
