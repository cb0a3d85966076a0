import { fundRelent, relendProposed } from '@ksbb/contracts';
import { type Database, type DocumentStore, openStore, type Relay } from '@ksbb/document-store';
import { Schema } from 'mongoose';
import { evolve, initialState, type Relending, type RelendingEvent } from '../relending/relending.ts';

const COLLECTION = 'relendings';

export type Relendings = DocumentStore<Relending, RelendingEvent> & {
  /** Ids of those whose money waits for an MSME. */
  waiting: (limit: number) => Promise<string[]>;
  /** Those on which an officer has to decide. */
  awaitingApproval: (limit: number) => Promise<Relending[]>;
};

type Parts = { connection: Database['connection']; relay: Relay; clock: () => Date };

/** Adds an index to what the document store writes. */
const relendingSchema = new Schema(
  { _id: String, state: Schema.Types.Mixed },
  { collection: COLLECTION, versionKey: false },
).index({ 'state.status': 1 });

export async function openRelendings(parts: Parts): Promise<Relendings> {
  const store = await openStore<Relending, RelendingEvent>(
    { collection: COLLECTION, initial: initialState, evolve, publishes: [relendProposed, fundRelent] },
    parts,
  );
  await parts.connection.model('Relending', relendingSchema).createIndexes();
  return {
    ...store,
    awaitingApproval: async (limit) =>
      (await store.find({ 'state.status': 'awaiting-approval' }, limit)).map(({ state }) => state),
    waiting: async (limit) => (await store.find({ 'state.status': 'waiting' }, limit)).map(({ id }) => id),
  };
}
