import type { ReceivedEvent } from '@ksbb/contracts';
import type { Archive } from '../stores/archive.ts';

export async function archiveEveryEvent(event: ReceivedEvent, { archive }: { archive: Archive }): Promise<void> {
  await archive.keep(event);
}
