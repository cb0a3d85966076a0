import type { Database, Relay } from '@ksbb/document-store';
import { type Candidates, openCandidates } from './candidates.ts';
import { type Cursors, openCursors } from './cursors.ts';
import { type Jobs, openJobs } from './jobs.ts';
import { type Loans, openLoans } from './loans.ts';
import { openPostings, type Postings } from './postings.ts';
import { openRelendings, type Relendings } from './relendings.ts';
import { openSetAside, type SetAsideStore } from './set-aside.ts';

export type Stores = {
  loans: Loans;
  relendings: Relendings;
  jobs: Jobs;
  candidates: Candidates;
  postings: Postings;
  cursors: Cursors;
  setAside: SetAsideStore;
};

/** All that the gateway keeps. Indexes are made where they are missing. */
export async function openStores(parts: { connection: Database['connection']; relay: Relay; clock: () => Date }): Promise<Stores> {
  const { connection } = parts;
  return {
    loans: await openLoans(parts),
    relendings: await openRelendings(parts),
    jobs: await openJobs(connection),
    candidates: await openCandidates(connection),
    postings: openPostings(connection),
    cursors: openCursors(connection),
    setAside: openSetAside(connection),
  };
}
