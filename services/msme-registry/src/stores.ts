import { msmeDelisted, msmeListed, msmeUpdated, type NeedCoverage } from '@ksbb/contracts';
import {
  defineSchema,
  type DocumentStore,
  openModel,
  openStore,
  type Relay,
  type Stored,
  type StoreDefinition,
  upsertIfNewer,
} from '@ksbb/document-store';
import { type Connection, Schema } from 'mongoose';
import { evolve, initialState, type MsmeEvent, type MsmeState } from './msme/msme.ts';

const OSM_PLACES = 'osm-places';
const MSMES = 'msmes';

export type MsmeStore = DocumentStore<MsmeState, MsmeEvent>;

/**
 * MSMEs from OpenStreetMap have a collection of their own: what is added to that database falls under its licence (ODbL
 * 1.0, section 4.4), and the registry's own MSMEs must not.
 */
export type MsmeStores = {
  /** The store of an MSME, by its id. */
  of: (msmeId: string) => MsmeStore;
  /** Those of the ids that are in the database. All ids are of one store. */
  existing: (msmeIds: readonly string[]) => Promise<Set<string>>;
  /** Every MSME, delisted ones included. */
  scan: () => AsyncIterable<Stored<MsmeState>>;
};

const definition = (collection: string): StoreDefinition<MsmeState, MsmeEvent> => ({
  collection,
  initial: initialState,
  evolve,
  publishes: [msmeListed, msmeUpdated, msmeDelisted],
});

/** Opens the stores of both collections, once their indexes exist. */
export async function openMsmeStores(context: {
  connection: Connection;
  relay: Relay;
  clock: () => Date;
}): Promise<MsmeStores> {
  const osmPlaces = await openStore(definition(OSM_PLACES), context);
  const msmes = await openStore(definition(MSMES), context);
  const isOsm = (msmeId = '') => msmeId.startsWith('osm-');
  return {
    of: (msmeId) => (isOsm(msmeId) ? osmPlaces : msmes),
    existing: async (msmeIds) => {
      const collection = context.connection.collection<{ _id: string }>(isOsm(msmeIds[0]) ? OSM_PLACES : MSMES);
      const found = await collection.find({ _id: { $in: [...msmeIds] } }, { projection: { _id: 1 } }).toArray();
      return new Set(found.map(({ _id }) => _id));
    },
    scan: async function* () {
      yield* osmPlaces.scan();
      yield* msmes.scan();
    },
  };
}

export type KnownCoverage = { msmeId: string; version: number; needs: NeedCoverage[] };

/** The coverage of each MSME, copied from the events of the needs board. The newest stays. */
export type CoverageStore = {
  put: (coverage: KnownCoverage) => Promise<void>;
  load: (msmeId: string) => Promise<KnownCoverage | null>;
  scan: () => AsyncIterable<KnownCoverage>;
};

type CoverageDocument = { _id: string; version: number; needs: NeedCoverage[] };

const coverageSchema = defineSchema<CoverageDocument>({ _id: String, version: Number, needs: [Schema.Types.Mixed] });

export async function openCoverageStore(connection: Connection): Promise<CoverageStore> {
  const coverage = await openModel(connection, 'coverage', coverageSchema);
  const toKnown = ({ _id: msmeId, version, needs }: CoverageDocument): KnownCoverage => ({ msmeId, version, needs });
  return {
    put: async ({ msmeId, version, needs }) => {
      await upsertIfNewer(coverage, { _id: msmeId, version, needs });
    },
    load: async (msmeId) => {
      const found = await coverage.findById(msmeId).lean<CoverageDocument>();
      return found && toKnown(found);
    },
    scan: async function* () {
      const cursor = coverage.find().lean<CoverageDocument[]>().cursor({ batchSize: 1000 });
      for await (const document of cursor) yield toKnown(document);
    },
  };
}
