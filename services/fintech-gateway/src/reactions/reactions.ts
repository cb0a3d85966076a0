import type { Partner } from '@ksbb/contracts';
import type { LendOn } from '../lend-on/lend-on.ts';
import type { Candidates } from '../stores/candidates.ts';
import type { Jobs } from '../stores/jobs.ts';
import type { Loans } from '../stores/loans.ts';
import type { Postings } from '../stores/postings.ts';
import type { Relendings } from '../stores/relendings.ts';
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
