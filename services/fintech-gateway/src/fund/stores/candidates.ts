import { type Database, defineSchema, insertOnce, openModel } from '@ksbb/document-store';
import type { Candidate } from '../relending/next-in-need.ts';

/** What an MSME's newest event says about its capital need. Nulls where it has none. */
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
   * The MSMEs that may be next, the most likely first: at least the best of the districts in `reached` and of the
   * others, by the order of `nextInNeed`.
   */
  shortlist: (reached: ReadonlySet<string>, except: readonly string[]) => Promise<Candidate[]>;
};

type StoredCandidate = { _id: string } & Partial<CapitalNeed> & {
    needVersion?: number;
    openRupiah?: number;
    openVersion?: number;
  };

const candidateSchema = defineSchema<StoredCandidate>({
  _id: String,
  kodeKecamatan: String,
  eligible: Boolean,
  needId: String,
  declaredRupiah: Number,
  declaredAt: String,
  needVersion: Number,
  openRupiah: Number,
  openVersion: Number,
});
candidateSchema.index({ declaredAt: 1, openRupiah: -1 });

const SHORTLIST = 20;

function toCandidate(stored: StoredCandidate): Candidate {
  const { _id, needId, kodeKecamatan, eligible, openRupiah, declaredRupiah, declaredAt } = stored;
  return {
    msmeId: _id,
    needId: needId ?? '',
    kodeKecamatan: kodeKecamatan ?? '',
    verified: eligible ?? false,
    openRupiah: Math.min(openRupiah ?? Number.MAX_SAFE_INTEGER, declaredRupiah ?? 0),
    declaredAt: declaredAt ?? '',
  };
}

/**
 * The gateway's own copy of the capital needs. Events of two services change it, the registry's and the commitment
 * service's, so one document has two halves, each with a version. Until the commitment service has said what is open
 * the whole need counts as open; the commitment service decides about each proposal anyway.
 */
export async function openCandidates(connection: Database['connection']): Promise<Candidates> {
  const model = await openModel(connection, 'candidates', candidateSchema);

  /** Newest wins, for one half of the document. */
  async function put(id: string, half: 'needVersion' | 'openVersion', version: number, fields: object): Promise<void> {
    const change = { ...fields, [half]: version };
    const update = async () => {
      const isOlder = { $or: [{ [half]: { $exists: false } }, { [half]: { $lt: version } }] };
      const { matchedCount } = await model.updateOne({ _id: id, ...isOlder }, { $set: change });
      return matchedCount > 0;
    };
    if ((await update()) || (await insertOnce(model, { _id: id, ...change }))) return;
    // The document is there already: it is newer, or the other half was inserted in between.
    await update();
  }

  return {
    putNeed: (msmeId, version, need) => put(msmeId, 'needVersion', version, need),
    putOpen: (msmeId, version, openRupiah) => put(msmeId, 'openVersion', version, { openRupiah }),
    shortlist: async (reached, except) => {
      const find = (kodeKecamatan: { $in: string[] } | { $nin: string[] }) =>
        model
          .find({
            _id: { $nin: [...except] },
            kodeKecamatan,
            eligible: true,
            declaredRupiah: { $gt: 0 },
            $or: [{ openRupiah: { $gt: 0 } }, { openRupiah: { $exists: false } }],
          })
          .sort({ declaredAt: 1, openRupiah: -1, _id: 1 })
          .limit(SHORTLIST)
          .lean();
      const districts = [...reached];
      const unreached = await find({ $nin: districts });
      return (unreached.length > 0 ? unreached : await find({ $in: districts })).map(toCandidate);
    },
  };
}
