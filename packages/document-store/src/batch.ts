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

/*
 * For this process a round trip to the database costs several times what the read or the write itself costs. So reads
 * and writes that come at the same time go together. 32 at most, so that one batch does not hold up the database.
 */
const BATCHES = { cache: false, maxBatchSize: 32, batchScheduleFn: (run: () => void) => void setImmediate(run) };

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

  const loader = new DataLoader<Operation, WriteError | undefined>(async (operations) => {
    const failures = await retryRolledBack(() => attempt([...operations]));
    const byIndex = new Map(failures.map((failure) => [failure.index, failure]));
    return operations.map((_, at) => byIndex.get(at));
  }, BATCHES);
  return (operation) => loader.load(operation);
}

/** Reads one document by its id. */
export function batchedReads(model: Model<AggregateDocument>): (id: string) => Promise<AggregateDocument | null> {
  const loader = new DataLoader<string, AggregateDocument | null>(async (ids) => {
    const options = { limit: ids.length, batchSize: ids.length };
    const found: AggregateDocument[] = await retryRolledBack(() =>
      model.find({ _id: { $in: [...ids] } }, null, options).lean(),
    );
    const byId = new Map(found.map((document) => [document._id, document]));
    return ids.map((id) => byId.get(id) ?? null);
  }, BATCHES);
  return (id) => loader.load(id);
}
