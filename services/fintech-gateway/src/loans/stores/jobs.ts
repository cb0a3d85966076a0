import type { Partner } from '@ksbb/contracts';
import { type Database, defineSchema, insertOnce, openModel } from '@ksbb/document-store';

/** Work on one loan that is due at a time, such as a contract that has to be sent again. */
export type Job = {
  loanId: string;
  /** Rounds that failed so far; a round without a call does not count. */
  attempts: number;
  /** The partner may have an earlier attempt: its response is not known, or the process died meanwhile. */
  inDoubt: boolean;
  /** Since when it is attempted. */
  since: Date;
  /** Which claim of the job this is. An older claim has lost the job. */
  claim: number;
};

export type Jobs = {
  /** Adds a job that is due at `dueAt`. A job that is there already stays as it is. */
  add: (loanId: string, partner: Partner, dueAt: Date) => Promise<void>;
  /** As `add`; a job that is claimed at the moment is done once more after it is removed. */
  addAgain: (loanId: string, partner: Partner, now: Date) => Promise<void>;
  /**
   * Claims the job that is due longest, for `leaseMs`. After that time it is due again, for any process, and in doubt.
   */
  claim: (partner: Partner, now: Date, leaseMs: number) => Promise<Job | null>;
  /** Keeps a claimed job for longer. False where the claim is lost. */
  renew: (job: Job, now: Date, leaseMs: number) => Promise<boolean>;
  /** Ends the claim of a job, which is due again at `dueAt`. */
  postpone: (job: Job, next: { dueAt: Date; attempts: number; inDoubt: boolean }) => Promise<void>;
  /** Removes a claimed job, unless it was added again meanwhile. */
  remove: (job: Job, now: Date) => Promise<void>;
  count: (partner: Partner) => Promise<number>;
};

type StoredJob = Omit<Job, 'loanId' | 'claim'> & {
  _id: string;
  partner: Partner;
  dueAt: Date;
  claims: number;
  again: boolean;
};

const jobSchema = defineSchema<StoredJob>({
  _id: String,
  partner: String,
  since: Date,
  dueAt: Date,
  attempts: Number,
  inDoubt: Boolean,
  claims: Number,
  again: Boolean,
});
jobSchema.index({ partner: 1, dueAt: 1 });

/** One queue of jobs, at most one job for a loan. */
export async function openJobs(connection: Database['connection'], queue: 'forwarding' | 'watching'): Promise<Jobs> {
  const model = await openModel(connection, queue, jobSchema);

  function insert(loanId: string, partner: Partner, dueAt: Date): Promise<boolean> {
    const fresh = { since: dueAt, dueAt, attempts: 0, inDoubt: false, claims: 0, again: false };
    return insertOnce(model, { _id: loanId, partner, ...fresh });
  }

  return {
    add: async (loanId, partner, dueAt) => void (await insert(loanId, partner, dueAt)),
    addAgain: async (loanId, partner, now) => {
      if (await insert(loanId, partner, now)) return;
      const { matchedCount } = await model.updateOne({ _id: loanId }, { $set: { again: true } });
      // It was removed in between.
      if (matchedCount === 0) await insert(loanId, partner, now);
    },
    claim: async (partner, now, leaseMs) => {
      const before = await model
        .findOneAndUpdate(
          { partner, dueAt: { $lte: now } },
          // In doubt until the outcome is known, so that an unfinished claim is not taken for a first attempt.
          { $set: { dueAt: new Date(now.getTime() + leaseMs), inDoubt: true }, $inc: { claims: 1 } },
          { sort: { dueAt: 1 }, returnDocument: 'before' },
        )
        .lean();
      if (before === null) return null;
      const { _id: loanId, attempts, inDoubt, since, claims } = before;
      return { loanId, attempts, inDoubt, since, claim: claims + 1 };
    },
    renew: async ({ loanId, claim }, now, leaseMs) => {
      const dueAt = new Date(now.getTime() + leaseMs);
      const { matchedCount } = await model.updateOne({ _id: loanId, claims: claim }, { $set: { dueAt } });
      return matchedCount > 0;
    },
    postpone: async ({ loanId, claim }, next) => {
      await model.updateOne({ _id: loanId, claims: claim }, { $set: next });
    },
    remove: async ({ loanId, claim }, now) => {
      const { deletedCount } = await model.deleteOne({ _id: loanId, claims: claim, again: false });
      if (deletedCount > 0) return;
      const fresh = { again: false, since: now, dueAt: now, attempts: 0, inDoubt: false };
      await model.updateOne({ _id: loanId, claims: claim, again: true }, { $set: fresh });
    },
    count: (partner) => model.countDocuments({ partner }).exec(),
  };
}
