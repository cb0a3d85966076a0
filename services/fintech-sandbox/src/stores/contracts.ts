import { type Connection, Schema } from 'mongoose';
import { type ContractRecord, dueWork, type Partner } from '../contract/record.ts';
import { ContentionError, isDuplicateKey, type Refusal } from '@ksbb/document-store';

type ContractDocument = ContractRecord & {
  /** `partner:reference`, so that there is one contract for each reference. */
  _id: string;
  version: number;
  /** When a worker is to look at it, ms of the epoch; null where nothing is due. */
  nextWorkAt: number | null;
  /** Until when one worker has it to itself, ms of the epoch. */
  leasedUntil: number;
};

export type ContractPage = { records: ContractRecord[]; next: string | null };

export type ContractStore = ReturnType<typeof createContractStore>;

const MAX_TRIES = 20;

const schema = new Schema<ContractDocument>(
  {
    _id: { type: String, required: true },
    partner: { type: String, required: true },
    reference: { type: String, required: true },
    contractNo: { type: String, required: true, unique: true },
    token: { type: String, required: true, unique: true },
    events: { type: [Schema.Types.Mixed], required: true } as never,
    callbacks: { type: [Schema.Types.Mixed], required: true } as never,
    published: { type: Number, required: true },
    version: { type: Number, required: true },
    nextWorkAt: { type: Number, default: null },
    leasedUntil: { type: Number, required: true },
  },
  { versionKey: false, collection: 'contracts' },
);
schema.index({ nextWorkAt: 1 });

function idOf({ partner, reference }: { partner: Partner; reference: string }): string {
  return `${partner}:${reference}`;
}

function recordOf(document: ContractDocument): ContractRecord {
  const { partner, reference, contractNo, token, events, callbacks, published } = document;
  return { partner, reference, contractNo, token, events, callbacks, published };
}

/** Contracts, each one document that also holds its callbacks; every change is one update guarded by the version read. */
export function createContractStore(connection: Connection, onWork: (at: number) => void) {
  const model = connection.model<ContractDocument>('Contract', schema);

  const nextWorkAt = (record: ContractRecord) => dueWork(record)?.at ?? null;

  function announce(record: ContractRecord): void {
    const at = nextWorkAt(record);
    if (at !== null) onWork(at);
  }

  async function findOne(filter: Partial<ContractDocument>): Promise<ContractRecord | null> {
    const document = await model.findOne(filter as object).lean<ContractDocument>();
    return document && recordOf(document);
  }

  return {
    /** Keeps a new contract. False where its reference has one already. */
    async insert(record: ContractRecord): Promise<boolean> {
      try {
        await model.create({
          ...record,
          _id: idOf(record),
          version: 1,
          nextWorkAt: nextWorkAt(record),
          leasedUntil: 0,
        });
        announce(record);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },

    find: (partner: Partner, reference: string) => findOne({ _id: idOf({ partner, reference }) }),
    findByToken: (partner: Partner, token: string) => findOne({ partner, token }),
    findByContractNo: (partner: Partner, contractNo: string) => findOne({ partner, contractNo }),

    /**
     * Replaces a contract by `change` of it, in one update guarded by the version that was read. Where another writer was
     * faster, `change` runs again. Returns the contract afterwards, the refusal of `change`, or null where there is no such
     * contract. `release` also ends the lease that `claim` took.
     */
    async update<No extends Refusal = never>(
      partner: Partner,
      reference: string,
      change: (record: ContractRecord) => ContractRecord | No,
      release = false,
    ): Promise<ContractRecord | No | null> {
      const _id = idOf({ partner, reference });
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const document = await model.findOne({ _id }).lean<ContractDocument>();
        if (document === null) return null;
        const before = recordOf(document);
        const after = change(before);
        if ('refused' in after || (after === before && !release)) return after;
        const { version, leasedUntil } = document;
        const { matchedCount } = await model.updateOne(
          { _id, version },
          {
            $set: {
              events: after.events,
              callbacks: after.callbacks,
              published: after.published,
              version: version + 1,
              nextWorkAt: nextWorkAt(after),
              leasedUntil: release ? 0 : leasedUntil,
            },
          },
        );
        if (matchedCount === 1) {
          announce(after);
          return after;
        }
      }
      throw new ContentionError('contracts', _id);
    },

    /** Takes one contract with due work for `leaseMs`, if there is one; nobody else gets it meanwhile. */
    async claim(now: Date, leaseMs: number): Promise<ContractRecord | null> {
      const time = now.getTime();
      const document = await model
        .findOneAndUpdate(
          { nextWorkAt: { $ne: null, $lte: time }, leasedUntil: { $lte: time } },
          { $set: { leasedUntil: time + leaseMs }, $inc: { version: 1 } },
          { sort: { nextWorkAt: 1 } },
        )
        .lean<ContractDocument>();
      return document && recordOf(document);
    },

    /** A page in the order of partner and reference, after the key `after` (`partner:reference`, or empty). */
    async list(partner: Partner | null, after: string, limit: number): Promise<ContractPage> {
      const filter = { _id: { $gt: after }, ...(partner === null ? {} : { partner }) };
      const documents = await model
        .find(filter)
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean<ContractDocument[]>();
      const page = documents.slice(0, limit);
      return { records: page.map(recordOf), next: documents.length > limit ? (page.at(-1)?._id ?? null) : null };
    },
  };
}
