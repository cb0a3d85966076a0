import type { ReceivedEvent } from '@ksbb/contracts';
import { collaborationsOf, type Entry, entryOf } from '../collaboration/entry.ts';
import type { FactSets } from '../stores/fact-sets.ts';

export async function addEventToItsCollaborations(
  event: ReceivedEvent,
  { collaborations }: { collaborations: FactSets<Entry> },
): Promise<void> {
  const entry = entryOf(event);
  for (const collaborationId of collaborationsOf(entry)) await collaborations.add(collaborationId, entry);
}
