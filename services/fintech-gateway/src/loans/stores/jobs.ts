import type { Partner } from '@ksbb/contracts';
import { type Database, insertOnce } from '@ksbb/document-store';

/** Work on one loan that waits for its time, such as a contract that a partner has not answered yet. */
export type Job = {
  loanId: string;
  /** Rounds that failed so far; those that were put off without a call do not count. */
  attempts: number;
  /** An earlier attempt may have reached the partner: its answer is not known, or who made it died meanwhile. */
  inDoubt: boolean;
  /** Since when it is tried. */
  since: Date;
  /** Which claim of the job this is; whoever holds an older one has lost it. */
  claim: number;
};

export type Jobs = {
  /** Adds a job that is due at `dueAt`; one that is there already stays as it is. */
  add: (loanId: string, partner: Partner, dueAt: Date) => Promise<void>;
  /** `add`, and one that is in hand is done once more when it is given up. */
  addAgain: (loanId: string, partner: Partner, now: Date) => Promise<void>;
  /** Takes the job that is due longest, for `leaseMs`; after that it is due again, for anybody, and in doubt. */
  claim: (partner: Partner, now: Date, leaseMs: number) => Promise<Job | null>;
  /** Keeps a claimed job for longer. Answers false where it is lost. */
  renew: (job: Job, now: Date, leaseMs: number) => Promise<boolean>;
  /** Gives a claimed job back until `dueAt`. */
  postpone: (job: Job, next: { dueAt: Date; attempts: number; inDoubt: boolean }) => Promise<void>;
  /** Gives a claimed job up: it is done, unless it was asked for again meanwhile. */
  remove: (job: Job, now: Date) => Promise<void>;
  count: (partner: Partner) => Promise<number>;
};

type Document = {
  _id: string;
  partner: Partner;
  since: Date;
  dueAt: Date;
  attempts: number;
  inDoubt: boolean;
  claims: number;
  again: boolean;
};

/** One queue of jobs, at most one for a loan. */
export async function openJobs(connection: Database['connection'], queue: string): Promise<Jobs> {
  const collection = connection.collection<Document>(queue);
  await collection.createIndex({ partner: 1, dueAt: 1 });

  function add(loanId: string, partner: Partner, dueAt: Date): Promise<boolean> {
    const document: Document = {
      _id: loanId,
      partner,
      since: dueAt,
      dueAt,
      attempts: 0,
      inDoubt: false,
      claims: 0,
      again: false,
    };
    return insertOnce(connection.collection(queue), document);
  }

  return {
    add: async (loanId, partner, dueAt) => void (await add(loanId, partner, dueAt)),
    addAgain: async (loanId, partner, now) => {
      if (await add(loanId, partner, now)) return;
      const { matchedCount } = await collection.updateOne({ _id: loanId }, { $set: { again: true } });
      // Given up in between.
      if (matchedCount === 0) await add(loanId, partner, now);
    },
    claim: async (partner, now, leaseMs) => {
      const before = await collection.findOneAndUpdate(
        { partner, dueAt: { $lte: now } },
        // In doubt until the outcome is known, so that a claim that was never finished is not taken for a first attempt.
        { $set: { dueAt: new Date(now.getTime() + leaseMs), inDoubt: true }, $inc: { claims: 1 } },
        { sort: { dueAt: 1 }, returnDocument: 'before' },
      );
      if (before === null) return null;
      return {
        loanId: before._id,
        attempts: before.attempts,
        inDoubt: before.inDoubt,
        since: before.since,
        claim: before.claims + 1,
      };
    },
    renew: async ({ loanId, claim }, now, leaseMs) => {
      const dueAt = new Date(now.getTime() + leaseMs);
      const { matchedCount } = await collection.updateOne({ _id: loanId, claims: claim }, { $set: { dueAt } });
      return matchedCount > 0;
    },
    postpone: async ({ loanId, claim }, next) => {
      await collection.updateOne({ _id: loanId, claims: claim }, { $set: next });
    },
    remove: async ({ loanId, claim }, now) => {
      const { deletedCount } = await collection.deleteOne({ _id: loanId, claims: claim, again: false });
      if (deletedCount > 0) return;
      const asNew = { again: false, since: now, dueAt: now, attempts: 0, inDoubt: false };
      await collection.updateOne({ _id: loanId, claims: claim, again: true }, { $set: asNew });
    },
    count: (partner) => collection.countDocuments({ partner }),
  };
}
