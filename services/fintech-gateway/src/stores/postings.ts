import { type Database, insertOnce } from '@ksbb/document-store';
import type { Posting } from '../ledger/posting.ts';
import type { AccountTotals } from '../ledger/trial-balance.ts';

export type Postings = {
  /** Adds a posting under the id of the event that caused it; a repeat adds nothing. Postings are never changed. */
  add: (eventId: string, posting: Posting) => Promise<boolean>;
  /** The sums of both sides of each account. */
  totals: () => Promise<AccountTotals[]>;
};

export function openPostings(connection: Database['connection']): Postings {
  const collection = connection.collection('postings');
  return {
    add: (eventId, posting) => insertOnce(collection, { _id: eventId, ...posting }),
    totals: async () => {
      const groups = await collection
        .aggregate([
          { $unwind: '$entries' },
          { $group: { _id: '$entries.account', debitRupiah: { $sum: '$entries.debitRupiah' }, creditRupiah: { $sum: '$entries.creditRupiah' } } },
        ])
        .toArray();
      return groups.map(({ _id, debitRupiah, creditRupiah }) => ({
        account: String(_id),
        debitRupiah: Number(debitRupiah),
        creditRupiah: Number(creditRupiah),
      }));
    },
  };
}
