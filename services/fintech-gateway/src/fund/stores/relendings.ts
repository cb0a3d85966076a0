import { fundRelent, relendProposed } from '@ksbb/contracts';
import { type Database, type DocumentStore, openStore, type Relay } from '@ksbb/document-store';
import { evolve, initialState, type Relending, type RelendingEvent } from '../relending/relending.ts';

export type Relendings = DocumentStore<Relending, RelendingEvent> & {
  /** Ids of those whose money waits for an MSME. */
  waiting: (limit: number) => Promise<string[]>;
  /** Those on which an officer has to decide. */
  awaitingApproval: (limit: number) => Promise<Relending[]>;
};

type Parts = { connection: Database['connection']; relay: Relay; clock: () => Date };

export async function openRelendings(parts: Parts): Promise<Relendings> {
  const store = await openStore<Relending, RelendingEvent>(
    {
      collection: 'relendings',
      initial: initialState,
      evolve,
      publishes: [relendProposed, fundRelent],
      indexes: [{ 'state.status': 1 }],
    },
    parts,
  );
  return {
    ...store,
    awaitingApproval: async (limit) =>
      (await store.find({ 'state.status': 'awaiting-approval' }, limit)).map(({ state }) => state),
    waiting: async (limit) => (await store.find({ 'state.status': 'waiting' }, limit)).map(({ id }) => id),
  };
}
