import type { EventOf, msmeDelisted, msmeListed, msmeUpdated, ReceivedEvent } from '@ksbb/contracts';
import { collaborationsOf, entryOf } from './collaboration/collaboration.ts';
import { loanFactsOf } from './loan/loan-fact.ts';
import type { ReadModels } from './stores.ts';

export async function archiveEveryEvent(event: ReceivedEvent, { archive }: ReadModels): Promise<void> {
  await archive.insert(event);
}

export async function addEventToItsCollaborations(event: ReceivedEvent, { collaborations }: ReadModels): Promise<void> {
  const entry = entryOf(event);
  for (const collaborationId of collaborationsOf(entry)) await collaborations.add(collaborationId, entry);
}

export async function addEventToItsLoans(event: ReceivedEvent, { loans }: ReadModels): Promise<void> {
  for (const fact of loanFactsOf(entryOf(event))) await loans.add(fact.loanId, fact);
}

export async function noteThatMsmeIsListed(
  { data, version }: EventOf<typeof msmeListed | typeof msmeUpdated>,
  { msmes }: ReadModels,
): Promise<void> {
  await msmes.note(data.msmeId, version, true);
}

export async function noteThatMsmeIsDelisted(
  { data, version }: EventOf<typeof msmeDelisted>,
  { msmes }: ReadModels,
): Promise<void> {
  await msmes.note(data.msmeId, version, false);
}
