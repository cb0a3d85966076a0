import { msmeDelisted, msmeListed, msmeUpdated } from '@ksbb/contracts';
import { type DocumentStore, openStore, type Relay, type Stored, type StoreDefinition } from '@ksbb/document-store';
import type { Connection } from 'mongoose';
import { absent, evolve, type MsmeEvent, type MsmeState } from '../msme/msme.ts';

export type MsmeStore = DocumentStore<MsmeState, MsmeEvent>;

/**
 * Where MSMEs are kept. Those from OpenStreetMap have a collection of their own: what is added to that database falls under
 * its licence (ODbL 1.0, section 4.4), and the registry's own must not.
 */
export type MsmeStores = {
  /** The store in which an MSME of this id is, or would be. */
  of: (msmeId: string) => MsmeStore;
  /** Every MSME there ever was. */
  scan: () => AsyncIterable<Stored<MsmeState>>;
};

const definition = (collection: string): StoreDefinition<MsmeState, MsmeEvent> => ({
  collection,
  initial: absent,
  evolve,
  publishes: [msmeListed, msmeUpdated, msmeDelisted],
});

export async function openMsmeStores(context: {
  connection: Connection;
  relay: Relay;
  clock: () => Date;
}): Promise<MsmeStores> {
  const osmPlaces = await openStore(definition('osm-places'), context);
  const msmes = await openStore(definition('msmes'), context);
  return {
    of: (msmeId) => (msmeId.startsWith('osm-') ? osmPlaces : msmes),
    scan: async function* () {
      yield* osmPlaces.scan();
      yield* msmes.scan();
    },
  };
}
