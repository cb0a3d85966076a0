import { helpAmount, type MsmeDetail, type Need } from '@ksbb/contracts';
import { byPackage } from '../../layout/needs.ts';
import { unwrap } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';

/** One need of a selected MSME, and the amount of it that nobody has promised yet. */
export type OpenNeed = { need: Need; open: number };

export type SelectedMsme = { msme: MsmeDetail; needs: readonly OpenNeed[] };

export type Selected = {
  msmes: readonly SelectedMsme[];
  /** Ids that the registry does not know. */
  unknown: readonly string[];
};

/**
 * Loads the selected MSMEs. The open amounts come from the needs board, because copies of it lag behind. If the board
 * does not know an MSME yet, everything that the MSME declares is open.
 * @throws ServiceFailed if a service is unavailable
 */
export async function loadSelected(
  { registry, commitment }: Pick<Services, 'registry' | 'commitment'>,
  msmeIds: readonly string[],
): Promise<Selected> {
  if (msmeIds.length === 0) return { msmes: [], unknown: [] };
  const [boards, ...replies] = await Promise.all([
    commitment.boards(msmeIds),
    ...msmeIds.map((id) => registry.msme(id)),
  ]);
  const openByNeed = new Map(
    unwrap(boards).items.flatMap((board) => board.needs.map(({ needId, open }) => [needId, open])),
  );
  const msmes: SelectedMsme[] = [];
  const unknown: string[] = [];
  for (const [at, reply] of replies.entries()) {
    if (reply.kind === 'refusal' && reply.status === 404) {
      unknown.push(msmeIds[at] ?? '');
      continue;
    }
    const msme = unwrap(reply);
    msmes.push({
      msme,
      needs: msme.needs
        .toSorted(byPackage)
        .map((need) => ({ need, open: openByNeed.get(need.needId) ?? helpAmount(need) })),
    });
  }
  return { msmes, unknown };
}
