import type { Decided } from '@ksbb/document-store';
import type { MapIndex } from '../map-index/map-index.ts';
import { decide, type MsmeCommand } from '../msme/decide.ts';
import type { MsmeEvent, MsmeState } from '../msme/msme.ts';
import type { MsmeStores } from '../stores/msme-stores.ts';
import { refusalProblem } from './refusal-problem.ts';

export type Changing = { msmes: MsmeStores; index: MapIndex; clock: () => Date };

/**
 * Decides, writes and shows the outcome on this replica's map at once; the others follow by the event.
 * @param onlyVersion where given, a change is made to this version alone; one that has been made already passes
 * @throws Problem that says why not
 */
export async function applyCommand(
  { msmes, index, clock }: Changing,
  msmeId: string,
  command: MsmeCommand,
  onlyVersion?: number,
): Promise<Decided<MsmeState, MsmeEvent>> {
  const result = await msmes.of(msmeId).decide(msmeId, (state, version) => {
    const decided = decide(state, command, clock());
    if ('refused' in decided || decided.length === 0 || onlyVersion === undefined || onlyVersion === version)
      return decided;
    return { refused: 'another-version' as const, version };
  });
  if ('refused' in result) throw refusalProblem(msmeId, result);
  index.put(result.id, result.version, result.state.status === 'listed' ? result.state.msme : null);
  return result;
}
