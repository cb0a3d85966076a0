export type Log = (text: string) => void;

const underWay: string[] = [];

/**
 * Says what is being done, every five seconds how long it has taken so far, and at the end how long it took. Of several
 * things under way only the one begun last is heard in between.
 */
export async function withProgress<T>(log: Log, what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  log(`${what} ...`);
  underWay.push(what);
  const ticker = setInterval(() => {
    if (underWay.at(-1) === what) log(`${what}: still at it after ${seconds()}`);
  }, 5000);
  try {
    const result = await work();
    log(`${what}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(ticker);
    underWay.splice(underWay.indexOf(what), 1);
  }
}
