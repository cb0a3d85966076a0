import { type Connection, type Model, Schema, type SchemaDefinition } from 'mongoose';
import { retryRolledBack } from './transient.ts';

/** Ids are texts (an aggregate's id, or an id that follows from an event) or numbers (a position in a sequence). */
export type WithId = { _id: string | number };

/**
 * The schema of a collection. A filter or an update that names an undeclared field is an error.
 * Indexes are declared on it: `schema.index({ dueAt: 1 })`.
 */
export function defineSchema<Document extends WithId>(fields: SchemaDefinition<Document>): Schema<Document> {
  return new Schema<Document>(fields, {
    // Mongoose's own version field: aggregates and copies have one of their own.
    versionKey: false,
    minimize: false,
    strict: 'throw',
    strictQuery: 'throw',
  });
}

/**
 * Gives the model of a collection, once the indexes that its schema declares exist. Where several processes start on a
 * new database at once, a server may refuse one of them ('deadlock detected'): that one tries again, and finds them
 * made.
 */
export async function openModel<Document extends WithId>(
  connection: Connection,
  collection: string,
  schema: Schema<Document>,
): Promise<Model<Document>> {
  const model = connection.models[collection] ?? connection.model<Document>(collection, schema, collection);
  await retryRolledBack(() => model.createIndexes());
  return model;
}

/**
 * The driver's collection of a model. For writes of whole documents on hot paths: Mongoose would build a document of
 * its own from each one before it writes.
 */
export function driverCollection<Document extends WithId>(model: Model<Document>) {
  return model.db.collection<Document>(model.collection.collectionName);
}
