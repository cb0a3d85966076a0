/** At scale a load is a scan: it may take a fifth of the time at most. */
const SHARE = 5;

type Caching = {
  maxAgeMs: number;
  /** A monotonic clock in milliseconds. */
  now?: () => number;
};

/**
 * Gives the value of `load`, at most `maxAgeMs` old (or five times as old as the last load took, where that is longer).
 * Never more than one load is under way; a failed one is not kept.
 */
export function createCached<T>(
  load: () => Promise<T>,
  { maxAgeMs, now = () => performance.now() }: Caching,
): () => Promise<T> {
  let kept: { value: T; until: number } | undefined;
  let loading: Promise<T> | undefined;

  async function refresh(): Promise<T> {
    const started = now();
    const value = await load();
    kept = { value, until: started + Math.max(maxAgeMs, SHARE * (now() - started)) };
    return value;
  }

  return async () => {
    if (kept !== undefined && now() < kept.until) return kept.value;
    loading ??= refresh().finally(() => {
      loading = undefined;
    });
    return loading;
  };
}
