import type { Partner } from '@ksbb/contracts';
import type { Database } from '@ksbb/document-store';
import type { Difference } from '../reconcile.ts';

/** One day of one partner, compared. `closedAt` is null until an officer closed it. */
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
  /** Keeps the newest comparison of a day. One that is closed stays as it is. */
  put: (result: Omit<Reconciliation, 'closedAt'>) => Promise<Reconciliation>;
  /** Closes a day that was compared without a difference; again changes nothing. */
  close: (partner: Partner, day: string, now: Date) => Promise<'closed' | 'differs' | 'not-compared'>;
  find: (partner: Partner, day: string) => Promise<Reconciliation | null>;
  /** The newest days first. */
  list: (partner: Partner, limit: number, before: string | null) => Promise<Reconciliation[]>;
};

type Document = Reconciliation & { _id: string };

const idOf = (partner: Partner, day: string) => `${partner}:${day}`;
const toReconciliation = ({ _id: _, ...reconciliation }: Document): Reconciliation => reconciliation;

export function openReconciliations(connection: Database['connection']): Reconciliations {
  const collection = connection.collection<Document>('reconciliations');
  async function find(partner: Partner, day: string): Promise<Reconciliation | null> {
    const found = await collection.findOne({ _id: idOf(partner, day) });
    return found === null ? null : toReconciliation(found);
  }

  return {
    put: async (result) => {
      const _id = idOf(result.partner, result.day);
      const known = await find(result.partner, result.day);
      if (known === null)
        await collection.updateOne({ _id }, { $setOnInsert: { ...result, closedAt: null } }, { upsert: true });
      else await collection.updateOne({ _id, closedAt: null }, { $set: result });
      return (await find(result.partner, result.day)) ?? { ...result, closedAt: null };
    },
    close: async (partner, day, now) => {
      const known = await find(partner, day);
      if (known === null) return 'not-compared';
      if (known.closedAt !== null) return 'closed';
      if (known.differences.length > 0) return 'differs';
      // Only the comparison that was looked at is closed, not one that found a difference meanwhile.
      const looked = { _id: idOf(partner, day), comparedAt: known.comparedAt, closedAt: null };
      const { matchedCount } = await collection.updateOne(looked, { $set: { closedAt: now.toISOString() } });
      return matchedCount > 0 ? 'closed' : 'differs';
    },
    find,
    list: async (partner, limit, before) => {
      const days = before === null ? {} : { day: { $lt: before } };
      return (
        await collection
          .find({ partner, ...days })
          .sort({ day: -1 })
          .limit(limit)
          .toArray()
      ).map(toReconciliation);
    },
  };
}
