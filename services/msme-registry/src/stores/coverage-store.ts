import type { NeedCoverage } from '@ksbb/contracts';
import { upsertIfNewer } from '@ksbb/document-store';
import type { Connection } from 'mongoose';

export type KnownCoverage = { msmeId: string; version: number; needs: NeedCoverage[] };

/** What the needs board said last of each MSME: a copy kept by events, of which the newest stays. */
export type CoverageStore = {
  put: (coverage: KnownCoverage) => Promise<void>;
  load: (msmeId: string) => Promise<KnownCoverage | null>;
  scan: () => AsyncIterable<KnownCoverage>;
};

export function openCoverageStore(connection: Connection): CoverageStore {
  const collection = connection.collection<{ _id: string; version: number; needs: NeedCoverage[] }>('coverage');
  return {
    put: async ({ msmeId, version, needs }) => {
      await upsertIfNewer(connection.collection('coverage'), msmeId, version, { needs });
    },
    load: async (msmeId) => {
      const found = await collection.findOne({ _id: msmeId });
      return found === null ? null : { msmeId, version: found.version, needs: found.needs };
    },
    scan: async function* () {
      for await (const { _id: msmeId, version, needs } of collection.find({}, { batchSize: 1000 }))
        yield { msmeId, version, needs };
    },
  };
}
