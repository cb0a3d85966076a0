import type { EventOf, msmeDelisted, msmeListed, msmeUpdated } from '@ksbb/contracts';
import type { ListedMsmes } from '../stores/listed-msmes.ts';

type Deps = { msmes: ListedMsmes };

export async function noteThatMsmeIsListed(
  { data, version }: EventOf<typeof msmeListed | typeof msmeUpdated>,
  { msmes }: Deps,
): Promise<void> {
  await msmes.note(data.msmeId, version, true);
}

export async function noteThatMsmeIsDelisted(
  { data, version }: EventOf<typeof msmeDelisted>,
  { msmes }: Deps,
): Promise<void> {
  await msmes.note(data.msmeId, version, false);
}
