import { ContentionError, defineSchema, insertOnce, openModel, type Refusal } from '@ksbb/document-store';
import { type Connection, Schema } from 'mongoose';
import { type ContractRecord, dueWork, type Partner } from '../contract/record.ts';

type ContractDocument = ContractRecord & {
  /** `partner:reference`, so that each reference has one contract. */
  _id: string;
  version: number;
  /** When the next work is due, ms of the epoch; null where none is. */
  nextWorkAt: number | null;
  /** Until when one worker has the contract, ms of the epoch. */
  leasedUntil: number;
};

export type ContractPage = { records: ContractRecord[]; next: string | null };

export type ContractStore = Awaited<ReturnType<typeof openContracts>>;

const MAX_TRIES = 20;

const schema = defineSchema<ContractDocument>({
  _id: String,
  partner: String,
  reference: String,
  contractNo: { type: String, unique: true },
  token: { type: String, unique: true },
  events: [Schema.Types.Mixed],
  callbacks: [Schema.Types.Mixed],
  published: Number,
  version: Number,
  nextWorkAt: { type: Number, index: true },
  leasedUntil: Number,
});

function idOf({ partner, reference }: { partner: Partner; reference: string }): string {
  return `${partner}:${reference}`;
}

function recordOf(document: ContractDocument): ContractRecord {
  const { partner, reference, contractNo, token, events, callbacks } = document;
  // Earlier documents have no count. Their events are published again, which changes nothing.
  return { partner, reference, contractNo, token, events, callbacks, published: document.published ?? 0 };
}

/**
 * Contracts with their callbacks, one document each. Every change is one update guarded by the version that was read. A
 * document store has no lease and no index on due work, so this store has its own model.
 */
export async function openContracts(connection: Connection, onWork: (at: number) => void) {
  const model = await openModel(connection, 'contracts', schema);
  const nextWorkAt = (record: ContractRecord) => dueWork(record)?.at ?? null;

  function announce(record: ContractRecord): void {
    const at = nextWorkAt(record);
    if (at !== null) onWork(at);
  }

  async function findOne(filter: Partial<ContractDocument>): Promise<ContractRecord | null> {
    const document = await model.findOne(filter).lean();
    return document && recordOf(document);
  }

  return {
    /** False where the reference has a contract already. */
    async insert(record: ContractRecord): Promise<boolean> {
      const _id = idOf(record);
      const document = { ...record, _id, version: 1, nextWorkAt: nextWorkAt(record), leasedUntil: 0 };
      if (!(await insertOnce(model, document))) return false;
      announce(record);
      return true;
    },

    find: (partner: Partner, reference: string) => findOne({ _id: idOf({ partner, reference }) }),
    findByToken: (partner: Partner, token: string) => findOne({ partner, token }),
    findByContractNo: (partner: Partner, contractNo: string) => findOne({ partner, contractNo }),

    /**
     * Replaces a contract by `change` of it. Where another writer was faster, `change` runs again. Returns the changed
     * contract, the refusal of `change`, or null where there is no such contract. `release` ends the lease of `claim`.
     */
    async update<No extends Refusal = never>(
      partner: Partner,
      reference: string,
      change: (record: ContractRecord) => ContractRecord | No,
      release = false,
    ): Promise<ContractRecord | No | null> {
      const _id = idOf({ partner, reference });
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const document = await model.findOne({ _id }).lean();
        if (document === null) return null;
        const before = recordOf(document);
        const after = change(before);
        if ('refused' in after || (after === before && !release)) return after;
        const { version, leasedUntil } = document;
        const { events, callbacks, published } = after;
        const lease = release ? 0 : leasedUntil;
        const { matchedCount } = await model.updateOne(
          { _id, version },
          {
            $set: { events, callbacks, published, nextWorkAt: nextWorkAt(after), leasedUntil: lease },
            $inc: { version: 1 },
          },
        );
        if (matchedCount === 0) continue;
        announce(after);
        return after;
      }
      throw new ContentionError('contracts', _id);
    },

    /** Leases one contract with due work for `leaseMs`, if there is one. No other worker gets it in that time. */
    async claim(now: Date, leaseMs: number): Promise<ContractRecord | null> {
      const time = now.getTime();
      const document = await model
        .findOneAndUpdate(
          { nextWorkAt: { $ne: null, $lte: time }, leasedUntil: { $lte: time } },
          { $set: { leasedUntil: time + leaseMs }, $inc: { version: 1 } },
          { sort: { nextWorkAt: 1 } },
        )
        .lean();
      return document && recordOf(document);
    },

    /** A page in the order of partner and reference, after the key `after` (`partner:reference`, or empty). */
    async list(partner: Partner | null, after: string, limit: number): Promise<ContractPage> {
      const filter = { _id: { $gt: after }, ...(partner === null ? {} : { partner }) };
      const documents = await model
        .find(filter)
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean();
      const page = documents.slice(0, limit);
      return { records: page.map(recordOf), next: documents.length > limit ? (page.at(-1)?._id ?? null) : null };
    },
  };
}
