import type { Database, Relay } from '@ksbb/document-store';
import { type Candidates, openCandidates } from '../fund/stores/candidates.ts';
import { type Cursors, openCursors } from '../loans/stores/cursors.ts';
import { type Jobs, openJobs } from '../loans/stores/jobs.ts';
import { type Loans, openLoans } from '../loans/stores/loans.ts';
import { openPartnerCredentials, type PartnerCredentials } from '../webhooks/stores/credentials.ts';
import { openPostings, type Postings } from '../fund/stores/postings.ts';
import { openReconciliations, type Reconciliations } from '../fund/stores/reconciliations.ts';
import { openRelendings, type Relendings } from '../fund/stores/relendings.ts';
import { openSetAside, type SetAsideStore } from '../loans/stores/quarantine.ts';
import { openWebhookDeliveries, type WebhookDeliveries } from '../webhooks/stores/deliveries.ts';
import { openWebhookEndpoints, type WebhookEndpoints } from '../webhooks/stores/endpoints.ts';
import { openWebhookMessages, type WebhookMessages } from '../webhooks/stores/messages.ts';

export type Stores = {
  loans: Loans;
  relendings: Relendings;
  /** Contracts on their way to a partner, or to be taken back. */
  jobs: Jobs;
  /** Loans that a partner has, asked after where nothing is heard of them for long. */
  watching: Jobs;
  candidates: Candidates;
  postings: Postings;
  reconciliations: Reconciliations;
  cursors: Cursors;
  webhookEndpoints: WebhookEndpoints;
  webhookMessages: WebhookMessages;
  webhookDeliveries: WebhookDeliveries;
  credentials: PartnerCredentials;
  setAside: SetAsideStore;
};

/** All that the gateway keeps. Indexes are made where they are missing. */
export async function openStores(parts: {
  connection: Database['connection'];
  relay: Relay;
  clock: () => Date;
}): Promise<Stores> {
  const { connection } = parts;
  return {
    loans: await openLoans(parts),
    relendings: await openRelendings(parts),
    jobs: await openJobs(connection, 'forwarding'),
    watching: await openJobs(connection, 'watching'),
    candidates: await openCandidates(connection),
    postings: await openPostings(connection),
    reconciliations: openReconciliations(connection),
    cursors: openCursors(connection),
    webhookEndpoints: await openWebhookEndpoints(connection),
    webhookMessages: await openWebhookMessages(connection),
    webhookDeliveries: await openWebhookDeliveries(connection),
    credentials: await openPartnerCredentials(connection),
    setAside: openSetAside(connection),
  };
}
