/**
 * Runs tasks of one key one after the other, in the order in which they were given, and tasks of different keys at the
 * same time. A key is forgotten when its last task ends. Our own, because async-lock, the library with keys, has half
 * the throughput and this is on the path of every message.
 */
export function keyedMutex(): <T>(key: string, task: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return (key, task) => {
    const run = (tails.get(key) ?? Promise.resolve()).then(task, task);
    tails.set(key, run);
    const forget = () => {
      if (tails.get(key) === run) tails.delete(key);
    };
    run.then(forget, forget);
    return run;
  };
}
