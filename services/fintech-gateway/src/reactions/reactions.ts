import type { Partner } from '@ksbb/contracts';
import type { LendOn } from '../fund/relender.ts';
import type { Candidates } from '../fund/stores/candidates.ts';
import type { Jobs } from '../loans/stores/jobs.ts';
import type { Loans } from '../loans/stores/loans.ts';
import type { Postings } from '../fund/stores/postings.ts';
import type { Relendings } from '../fund/stores/relendings.ts';
import type { WebhookOutbox } from '../webhooks/outbox.ts';

/** What the reactions work on. */
export type Reactions = {
  loans: Loans;
  relendings: Relendings;
  candidates: Candidates;
  postings: Postings;
  jobs: Jobs;
  watching: Jobs;
  /** How long a loan may be silent before its partner is asked. */
  quietMs: number;
  lendOn: LendOn;
  webhooks: Pick<WebhookOutbox, 'tell'>;
  /** Tells the forwarder of a partner that there is work. */
  nudge: (partner: Partner) => void;
  clock: () => Date;
};
