import { type Database, insertOnce } from '@ksbb/document-store';
import type { Partner } from '@ksbb/contracts';
import { type Posting, postReversal } from '../ledger.ts';
import type { AccountTotals } from '../trial-balance.ts';

export type StoredPosting = Posting & { postingId: string };

export type Postings = {
  /** Adds a posting under the id of the event that caused it; a repeat adds nothing. Postings are never changed. */
  add: (eventId: string, posting: Posting) => Promise<boolean>;
  /** Undoes a posting by one more, once: a repeat adds nothing. Null where there is no such posting, or it is a reversal. */
  reverse: (postingId: string, reason: string, now: Date) => Promise<StoredPosting | null>;
  /** The sums of both sides of each account, of what happened until `at`, or ever. */
  totals: (at?: Date) => Promise<AccountTotals[]>;
  /** What a partner moved from one moment to before another, without what was reversed; as many as `limit`. */
  between: (partner: Partner, from: Date, to: Date, limit: number) => Promise<Posting[]>;
  /** When a partner first moved anything; null where it never did. */
  first: (partner: Partner) => Promise<Date | null>;
  /** All postings about a loan, by time. */
  ofLoan: (loanId: string, limit: number) => Promise<StoredPosting[]>;
};

type Document = Omit<Posting, 'at'> & { _id: string; at: string; reason?: string };

const reversalIdOf = (postingId: string) => `reversal:${postingId}`;

function toPosting({ _id: postingId, ...posting }: Document): StoredPosting {
  return { postingId, ...posting };
}

export async function openPostings(connection: Database['connection']): Promise<Postings> {
  const collection = connection.collection<Document>('postings');
  await collection.createIndex({ partner: 1, at: 1 });
  await collection.createIndex({ loanId: 1 });

  // One form of a moment, so that text sorts as time does.
  const insert = (id: string, { at, ...posting }: Posting & { reason?: string }) =>
    insertOnce(connection.collection('postings'), { _id: id, at: new Date(at).toISOString(), ...posting });

  async function withoutReversed(documents: Document[]): Promise<Posting[]> {
    const ids = documents.map(({ _id }) => reversalIdOf(_id));
    const reversals = await collection.find({ _id: { $in: ids } }).toArray();
    const reversed = new Set(reversals.map(({ _id }) => _id));
    return documents.filter(({ _id }) => !reversed.has(reversalIdOf(_id))).map(toPosting);
  }

  return {
    add: insert,
    reverse: async (postingId, reason, now) => {
      const posting = await collection.findOne({ _id: postingId });
      if (posting === null || posting.kind === 'reversal') return null;
      const { postingId: _, ...wrong } = toPosting(posting);
      await insert(reversalIdOf(postingId), { ...postReversal(wrong, now), reason });
      const kept = await collection.findOne({ _id: reversalIdOf(postingId) });
      return kept === null ? null : toPosting(kept);
    },
    totals: async (at) => {
      const groups = await collection
        .aggregate([
          ...(at === undefined ? [] : [{ $match: { at: { $lte: at.toISOString() } } }]),
          { $unwind: '$entries' },
          {
            $group: {
              _id: '$entries.account',
              debitRupiah: { $sum: '$entries.debitRupiah' },
              creditRupiah: { $sum: '$entries.creditRupiah' },
            },
          },
        ])
        .toArray();
      return groups.map(({ _id, debitRupiah, creditRupiah }) => ({
        account: String(_id),
        debitRupiah: Number(debitRupiah),
        creditRupiah: Number(creditRupiah),
      }));
    },
    between: async (partner, from, to, limit) => {
      const moments = { $gte: from.toISOString(), $lt: to.toISOString() };
      const found = await collection
        .find({ partner, at: moments, kind: { $ne: 'reversal' } })
        .sort({ at: 1 })
        .limit(limit)
        .toArray();
      return withoutReversed(found);
    },
    first: async (partner) => {
      const found = await collection.findOne({ partner }, { sort: { at: 1 } });
      return found === null ? null : new Date(found.at);
    },
    ofLoan: async (loanId, limit) =>
      (await collection.find({ loanId }).sort({ at: 1, _id: 1 }).limit(limit).toArray()).map(toPosting),
  };
}
