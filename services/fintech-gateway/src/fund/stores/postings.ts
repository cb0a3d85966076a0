import type { Partner } from '@ksbb/contracts';
import { type Database, defineSchema, insertOnce, openModel } from '@ksbb/document-store';
import { type AccountTotals, type Posting, postReversal } from '../ledger.ts';

export type StoredPosting = Posting & { postingId: string };

export type Postings = {
  /** Adds a posting under the id of the event that caused it. A repeat adds nothing. Postings are never changed. */
  add: (eventId: string, posting: Posting) => Promise<boolean>;
  /** Reverses a posting by another one, once: a repeat adds nothing. Null where there is none, or it is a reversal. */
  reverse: (postingId: string, reason: string, now: Date) => Promise<StoredPosting | null>;
  /** The sums of both sides of each account, of what happened until `at`, or ever. */
  totals: (at?: Date) => Promise<AccountTotals[]>;
  /** At most `limit` postings of a partner from one moment to before another, without those that were reversed. */
  between: (partner: Partner, from: Date, to: Date, limit: number) => Promise<Posting[]>;
  /** The time of a partner's first posting; null where there is none. */
  first: (partner: Partner) => Promise<Date | null>;
  /** All postings about a loan, by time. */
  ofLoan: (loanId: string, limit: number) => Promise<StoredPosting[]>;
};

type PostingDocument = Posting & { _id: string; reason?: string };

const amount = { type: Number, required: true };
const postingSchema = defineSchema<PostingDocument>({
  _id: String,
  kind: String,
  partner: String,
  loanId: String,
  repaymentId: String,
  amountRupiah: amount,
  /** In one form, so that text sorts as time does. */
  at: String,
  entries: [{ _id: false, account: String, debitRupiah: amount, creditRupiah: amount }],
  reason: String,
});
postingSchema.index({ partner: 1, at: 1 });
postingSchema.index({ loanId: 1 });

const reversalIdOf = (postingId: string) => `reversal:${postingId}`;

function toPosting({ _id: postingId, ...posting }: PostingDocument): StoredPosting {
  return { postingId, ...posting };
}

export async function openPostings(connection: Database['connection']): Promise<Postings> {
  const model = await openModel(connection, 'postings', postingSchema);

  const insert = (id: string, { at, ...posting }: Posting & { reason?: string }) =>
    insertOnce(model, { _id: id, at: new Date(at).toISOString(), ...posting });

  return {
    add: insert,
    reverse: async (postingId, reason, now) => {
      const found = await model.findById(postingId).lean();
      if (found === null || found.kind === 'reversal') return null;
      const { _id, ...posting } = found;
      await insert(reversalIdOf(_id), { ...postReversal(posting, now), reason });
      const kept = await model.findById(reversalIdOf(_id)).lean();
      return kept === null ? null : toPosting(kept);
    },
    totals: (at) =>
      model.aggregate<AccountTotals>([
        ...(at === undefined ? [] : [{ $match: { at: { $lte: at.toISOString() } } }]),
        { $unwind: '$entries' },
        {
          $group: {
            _id: '$entries.account',
            debitRupiah: { $sum: '$entries.debitRupiah' },
            creditRupiah: { $sum: '$entries.creditRupiah' },
          },
        },
        { $project: { _id: 0, account: '$_id', debitRupiah: 1, creditRupiah: 1 } },
      ]),
    between: async (partner, from, to, limit) => {
      const at = { $gte: from.toISOString(), $lt: to.toISOString() };
      const found = await model
        .find({ partner, at, kind: { $ne: 'reversal' } })
        .sort({ at: 1 })
        .limit(limit)
        .lean();
      const reversals = await model
        .find({ _id: { $in: found.map(({ _id }) => reversalIdOf(_id)) } }, { _id: 1 })
        .lean();
      const reversed = new Set(reversals.map(({ _id }) => _id));
      return found.filter(({ _id }) => !reversed.has(reversalIdOf(_id))).map(toPosting);
    },
    first: async (partner) => {
      const found = await model.findOne({ partner }, { at: 1 }).sort({ at: 1 }).lean();
      return found === null ? null : new Date(found.at);
    },
    ofLoan: async (loanId, limit) =>
      (await model.find({ loanId }).sort({ at: 1, _id: 1 }).limit(limit).lean()).map(toPosting),
  };
}
