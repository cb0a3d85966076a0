import DataLoader from 'dataloader';
import type { Model, mongo } from 'mongoose';
import { type WriteError, writeErrors } from './errors.ts';
import { driverCollection } from './models.ts';
import type { OutboxEvent } from './outbox-events.ts';
import { retryRolledBack } from './transient.ts';

/** One aggregate as it is stored in MongoDB. */
export type AggregateDocument = {
  _id: string;
  version: number;
  // any: the same store wrote it, as the state of its core
  state: any;
  outbox: OutboxEvent[];
  keys?: Record<string, string>;
};

/** The most reads or writes that go together, so that one batch does not hold up the database. */
const BATCH_SIZE = 32;
/** The most batches of one kind that a collection has at the database at once. */
const ROUND_TRIPS = 4;

/**
 * Gives the function that has `work` done for an item, together with others: those of the same turn of the event loop,
 * and those that come while `ROUND_TRIPS` batches are at the database. For this process a round trip costs several
 * times what a read or a write in it costs. Where `work` fails, each of its batch has failed.
 * @param work answers one result for each item, in order
 */
function inBatches<Item, Result>(work: (items: readonly Item[]) => Promise<Result[]>): (item: Item) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = ROUND_TRIPS;

  async function roundTrip(items: readonly Item[]): Promise<Result[]> {
    try {
      return await work(items);
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else setImmediate(next);
    }
  }

  function schedule(run: () => void): void {
    if (free === 0) return void waiting.push(run);
    free -= 1;
    setImmediate(run);
  }

  const loader = new DataLoader(roundTrip, { cache: false, maxBatchSize: BATCH_SIZE, batchScheduleFn: schedule });
  return (item) => loader.load(item);
}

type Operation = mongo.AnyBulkWriteOperation<AggregateDocument>;
/** Answers what the database objected to. @throws where the outcome is not known */
export type Write = (operation: Operation) => Promise<WriteError | undefined>;

export function batchedWrites(model: Model<AggregateDocument>): Write {
  const collection = driverCollection(model);

  async function attempt(operations: Operation[]): Promise<WriteError[]> {
    try {
      await collection.bulkWrite(operations, { ordered: false });
      return [];
    } catch (error) {
      const failures = writeErrors(error);
      if (failures.length === 0) throw error;
      return failures;
    }
  }

  return inBatches(async (operations) => {
    const failures = await retryRolledBack(() => attempt([...operations]));
    const byIndex = new Map(failures.map((failure) => [failure.index, failure]));
    return operations.map((_, at) => byIndex.get(at));
  });
}

/** Reads one document by its id. */
export function batchedReads(model: Model<AggregateDocument>): (id: string) => Promise<AggregateDocument | null> {
  return inBatches(async (ids) => {
    const options = { limit: ids.length, batchSize: ids.length };
    const found: AggregateDocument[] = await retryRolledBack(() =>
      model.find({ _id: { $in: [...ids] } }, null, options).lean(),
    );
    const byId = new Map(found.map((document) => [document._id, document]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}
