export type Log = (text: string) => void;

/** Says what is being done, every five seconds how long it has taken so far, and at the end how long it took. */
export async function withProgress<T>(log: Log, what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  log(`${what} ...`);
  const ticker = setInterval(() => log(`${what}: ${seconds()} so far`), 5000);
  try {
    const result = await work();
    log(`${what}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(ticker);
  }
}
