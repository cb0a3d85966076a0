import type { Connection } from 'mongoose';
import { type WriteError, writeErrors } from './errors.ts';

/*
 * A round trip to the database costs a process several times what a read or a write in it does. So those that come at the
 * same time, or while others are on their way, go together.
 */

type Collection = ReturnType<Connection['collection']>;
type Waiting<Item, Answer> = { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void };

/** So many at most go together, so that one batch does not hold up the database. */
const MOST = 32;
const AT_ONCE = 4;

/** Gives items to `work` in batches. It answers one for each, in order; where it fails, each of the batch has failed. */
function inBatches<Item, Answer>(work: (items: Item[]) => Promise<Answer[]>): (item: Item) => Promise<Answer> {
  const waiting: Waiting<Item, Answer>[] = [];
  let scheduled = false;
  let working = 0;

  async function run(batch: Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await work(batch.map(({ item }) => item));
      for (const [at, { resolve }] of batch.entries()) resolve(answers[at] as Answer);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    working -= 1;
    schedule();
  }

  function next(): void {
    scheduled = false;
    for (; working < AT_ONCE && waiting.length > 0; working += 1) void run(waiting.splice(0, MOST));
  }

  function schedule(): void {
    if (scheduled || waiting.length === 0) return;
    scheduled = true;
    setImmediate(next);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}

/** Takes one write of the driver's `bulkWrite`. Answers what the database objected to; @throws where the outcome is not known. */
export type Write = (operation: object) => Promise<WriteError | undefined>;

export function batchedWrites(collection: Collection): Write {
  return inBatches(async (operations) => {
    try {
      await collection.bulkWrite(operations as never, { ordered: false });
      return operations.map(() => undefined);
    } catch (error) {
      const failures = new Map(writeErrors(error).map((failure) => [failure.index, failure]));
      if (failures.size === 0) throw error;
      return operations.map((_, at) => failures.get(at));
    }
  });
}

/** Reads one document by its id. */
export function batchedReads<Document extends { _id: string }>(
  collection: Collection,
): (id: string) => Promise<Document | null> {
  return inBatches(async (ids: string[]) => {
    const found = await collection
      .find({ _id: { $in: ids } } as object, { limit: ids.length, batchSize: ids.length })
      .toArray();
    const byId = new Map((found as unknown as Document[]).map((document) => [document._id, document]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}
