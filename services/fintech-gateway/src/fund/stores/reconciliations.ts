import type { Partner } from '@ksbb/contracts';
import { type Database, defineSchema, openModel } from '@ksbb/document-store';
import type { Difference } from '../reconcile.ts';

/** One day of one partner, compared. `closedAt` is null until an officer has closed the day. */
export type Reconciliation = {
  partner: Partner;
  /** A day in Jakarta. */
  day: string;
  comparedAt: string;
  /** How many movements each side has. */
  ours: number;
  theirs: number;
  differences: Difference[];
  closedAt: string | null;
};

export type Reconciliations = {
  /** Keeps the newest comparison of a day. A closed day does not change. */
  put: (result: Omit<Reconciliation, 'closedAt'>) => Promise<Reconciliation>;
  /** Closes a day that was compared without a difference. A repeat changes nothing. */
  close: (partner: Partner, day: string, now: Date) => Promise<'closed' | 'differs' | 'not-compared'>;
  find: (partner: Partner, day: string) => Promise<Reconciliation | null>;
  /** The newest days first. */
  list: (partner: Partner, limit: number, before: string | null) => Promise<Reconciliation[]>;
};

type StoredReconciliation = Reconciliation & { _id: string };

const reconciliationSchema = defineSchema<StoredReconciliation>({
  _id: String,
  partner: String,
  day: String,
  comparedAt: String,
  ours: Number,
  theirs: Number,
  differences: [
    {
      _id: false,
      difference: String,
      kind: String,
      reference: String,
      repaymentId: String,
      oursRupiah: Number,
      theirsRupiah: Number,
    },
  ],
  closedAt: String,
});

const idOf = (partner: Partner, day: string) => `${partner}:${day}`;
const toReconciliation = ({ _id: _, ...reconciliation }: StoredReconciliation): Reconciliation => reconciliation;

export async function openReconciliations(connection: Database['connection']): Promise<Reconciliations> {
  const model = await openModel(connection, 'reconciliations', reconciliationSchema);
  async function find(partner: Partner, day: string): Promise<Reconciliation | null> {
    const found = await model.findById(idOf(partner, day)).lean();
    return found === null ? null : toReconciliation(found);
  }

  return {
    put: async (result) => {
      const _id = idOf(result.partner, result.day);
      if ((await find(result.partner, result.day)) === null)
        await model.updateOne({ _id }, { $setOnInsert: { ...result, closedAt: null } }, { upsert: true });
      else await model.updateOne({ _id, closedAt: null }, { $set: result });
      return (await find(result.partner, result.day)) ?? { ...result, closedAt: null };
    },
    close: async (partner, day, now) => {
      const known = await find(partner, day);
      if (known === null) return 'not-compared';
      if (known.closedAt !== null) return 'closed';
      if (known.differences.length > 0) return 'differs';
      // A comparison that found a difference meanwhile is not closed.
      const seen = { _id: idOf(partner, day), comparedAt: known.comparedAt, closedAt: null };
      const { matchedCount } = await model.updateOne(seen, { $set: { closedAt: now.toISOString() } });
      return matchedCount > 0 ? 'closed' : 'differs';
    },
    find,
    list: async (partner, limit, before) => {
      const days = before === null ? {} : { day: { $lt: before } };
      const found = await model
        .find({ partner, ...days })
        .sort({ day: -1 })
        .limit(limit)
        .lean();
      return found.map(toReconciliation);
    },
  };
}
