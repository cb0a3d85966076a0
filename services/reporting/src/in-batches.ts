type Batching<Item> = {
  /** Writes items together. It is safe to write an item again. */
  write: (items: Item[]) => Promise<void>;
  limit: number;
  /** Whether an error does not depend on the items, so that writing them one by one would fail as well. */
  isDown: (error: unknown) => boolean;
};

type Waiting<Item> = { item: Item; done: () => void; failed: (error: unknown) => void };

/**
 * Gives a function that writes one item and resolves when it is written. Items that come during a write wait and are
 * written together. Where a batch fails, each of its items is written alone, so that only the one at fault fails. The
 * number of waiting items is limited by the callers, because each waits for its own item.
 */
export function inBatches<Item>({ write, limit, isDown }: Batching<Item>): (item: Item) => Promise<void> {
  const waiting: Waiting<Item>[] = [];
  let writing = false;

  async function writeAlone({ item, done, failed }: Waiting<Item>): Promise<void> {
    await write([item]).then(done, failed);
  }

  async function writeBatch(batch: Waiting<Item>[]): Promise<void> {
    try {
      await write(batch.map(({ item }) => item));
      for (const { done } of batch) done();
    } catch (error) {
      if (batch.length === 1 || isDown(error)) for (const { failed } of batch) failed(error);
      else await Promise.all(batch.map(writeAlone));
    }
  }

  async function writeAll(): Promise<void> {
    if (writing) return;
    writing = true;
    while (waiting.length > 0) await writeBatch(waiting.splice(0, limit));
    writing = false;
  }

  return (item) =>
    new Promise((done, failed) => {
      waiting.push({ item, done, failed });
      void writeAll();
    });
}
