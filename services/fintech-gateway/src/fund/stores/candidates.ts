import { type Database, isDuplicateKey } from '@ksbb/document-store';
import type { Candidate } from '../relending/next-in-need.ts';

/** What an MSME's newest event says of its capital need. Nulls where it has none. */
export type CapitalNeed = {
  kodeKecamatan: string;
  /** Verified and on the map. */
  eligible: boolean;
  needId: string | null;
  declaredRupiah: number;
  declaredAt: string | null;
};

export type Candidates = {
  putNeed: (msmeId: string, version: number, need: CapitalNeed) => Promise<void>;
  putOpen: (msmeId: string, version: number, openRupiah: number) => Promise<void>;
  /**
   * Those who may be next, the most likely first: at least the best of the districts in `reached` and of the others, by
   * the order of `nextInNeed`.
   */
  shortlist: (reached: ReadonlySet<string>, except: readonly string[]) => Promise<Candidate[]>;
};

type Document = { _id: string } & Partial<CapitalNeed> & {
    needVersion?: number;
    openRupiah?: number;
    openVersion?: number;
  };

const SHORTLIST = 20;

/**
 * The gateway's own copy of who lacks capital. Two producers tell of an MSME, the registry and the commitment service, so
 * one document has two halves with a version each. What is open is not known until the commitment service has told; until
 * then it is the whole need, and the commitment service has the last word anyway.
 */
export async function openCandidates(connection: Database['connection']): Promise<Candidates> {
  const collection = connection.collection<Document>('candidates');
  await collection.createIndex({ declaredAt: 1, openRupiah: -1 });

  /** Newest wins, for one half of the document. */
  async function put(
    id: string,
    half: 'needVersion' | 'openVersion',
    version: number,
    fields: Partial<Document>,
  ): Promise<void> {
    const update = async () => {
      const newer = { _id: id, $or: [{ [half]: { $exists: false } }, { [half]: { $lt: version } }] };
      const { matchedCount } = await collection.updateOne(
        newer as object,
        { $set: { ...fields, [half]: version } } as object,
      );
      return matchedCount > 0;
    };
    if (await update()) return;
    try {
      await collection.insertOne({ _id: id, ...fields, [half]: version });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // There already: newer, or inserted by the other half in between.
      await update();
    }
  }

  const toCandidate = ({
    _id,
    needId,
    kodeKecamatan,
    eligible,
    openRupiah,
    declaredRupiah,
    declaredAt,
  }: Document): Candidate => ({
    msmeId: _id,
    needId: needId ?? '',
    kodeKecamatan: kodeKecamatan ?? '',
    verified: eligible ?? false,
    openRupiah: Math.min(openRupiah ?? Number.MAX_SAFE_INTEGER, declaredRupiah ?? 0),
    declaredAt: declaredAt ?? '',
  });

  return {
    putNeed: (msmeId, version, need) => put(msmeId, 'needVersion', version, need),
    putOpen: (msmeId, version, openRupiah) => put(msmeId, 'openVersion', version, { openRupiah }),
    shortlist: async (reached, except) => {
      const inNeed = {
        eligible: true,
        declaredRupiah: { $gt: 0 },
        $or: [{ openRupiah: { $gt: 0 } }, { openRupiah: { $exists: false } }],
      };
      const find = (district: object) =>
        collection
          .find({ ...inNeed, _id: { $nin: [...except] }, kodeKecamatan: district } as object)
          .sort({ declaredAt: 1, openRupiah: -1, _id: 1 })
          .limit(SHORTLIST)
          .toArray();
      const places = [...reached];
      const unreached = await find({ $nin: places });
      return (unreached.length > 0 ? unreached : await find({ $in: places })).map(toCandidate);
    },
  };
}
