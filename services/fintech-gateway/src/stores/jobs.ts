import type { Partner } from '@ksbb/contracts';
import { type Database, insertOnce } from '@ksbb/document-store';

/** A contract that a partner has not answered yet. */
export type Job = {
  loanId: string;
  /** Attempts that failed so far; those that were put off without a call do not count. */
  attempts: number;
  /** An earlier attempt may have reached the partner: its answer is not known, or who made it died meanwhile. */
  inDoubt: boolean;
  /** Which claim of the job this is; whoever holds an older one has lost it. */
  claim: number;
};

export type Jobs = {
  /** Adds a job that is due at once; one that is there already stays as it is. */
  add: (loanId: string, partner: Partner, now: Date) => Promise<void>;
  /** Takes the job that is due longest, for `leaseMs`; after that it is due again, for anybody, and in doubt. */
  claim: (partner: Partner, now: Date, leaseMs: number) => Promise<Job | null>;
  /** Gives a claimed job back until `dueAt`. */
  postpone: (job: Job, next: { dueAt: Date; attempts: number; inDoubt: boolean }) => Promise<void>;
  remove: (job: Job) => Promise<void>;
  count: (partner: Partner) => Promise<number>;
};

type Document = { _id: string; partner: Partner; dueAt: Date; attempts: number; inDoubt: boolean; claims: number };

export async function openJobs(connection: Database['connection']): Promise<Jobs> {
  const collection = connection.collection<Document>('forwarding');
  await collection.createIndex({ partner: 1, dueAt: 1 });
  return {
    add: async (loanId, partner, now) => {
      const document: Document = { _id: loanId, partner, dueAt: now, attempts: 0, inDoubt: false, claims: 0 };
      await insertOnce(connection.collection('forwarding'), document);
    },
    claim: async (partner, now, leaseMs) => {
      const before = await collection.findOneAndUpdate(
        { partner, dueAt: { $lte: now } },
        // In doubt until the outcome is known, so that a claim that was never finished is not taken for a first attempt.
        { $set: { dueAt: new Date(now.getTime() + leaseMs), inDoubt: true }, $inc: { claims: 1 } },
        { sort: { dueAt: 1 }, returnDocument: 'before' },
      );
      if (before === null) return null;
      return { loanId: before._id, attempts: before.attempts, inDoubt: before.inDoubt, claim: before.claims + 1 };
    },
    postpone: async ({ loanId, claim }, next) => {
      await collection.updateOne({ _id: loanId, claims: claim }, { $set: next });
    },
    remove: async ({ loanId, claim }) => {
      await collection.deleteOne({ _id: loanId, claims: claim });
    },
    count: (partner) => collection.countDocuments({ partner }),
  };
}
