import DataLoader from 'dataloader';

type Batching<Item> = {
  /** Writes items together. It is safe to write an item again. */
  write: (items: readonly Item[]) => Promise<void>;
  /** The number of items in a batch. It should exceed the number of callers that wait at the same time. */
  limit: number;
  /** Whether an error does not depend on the items, so that writing them one by one would fail as well. */
  isDown: (error: unknown) => boolean;
};

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

/**
 * Gives a function that writes one item and resolves when it is written. Items that come during a write wait and are
 * written together. Where a batch fails, each of its items is written alone, so that only the one at fault fails.
 */
export function inBatches<Item>({ write, limit, isDown }: Batching<Item>): (item: Item) => Promise<void> {
  const attempt = (items: readonly Item[]) => write(items).then(() => undefined, asError);

  async function writeBatch(items: readonly Item[]): Promise<(Error | undefined)[]> {
    const failure = await attempt(items);
    if (failure === undefined || items.length === 1 || isDown(failure)) return items.map(() => failure);
    return Promise.all(items.map((item) => attempt([item])));
  }

  let writing: Promise<unknown> = Promise.resolve();
  const loader = new DataLoader<Item, undefined>(
    (items) => {
      const results = writeBatch(items);
      writing = results;
      // DataLoader rejects the callers of those items for which it is given an error.
      return results;
    },
    { cache: false, maxBatchSize: limit, batchScheduleFn: (run) => void writing.then(run) },
  );
  return (item) => loader.load(item);
}
