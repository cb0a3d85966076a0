import { isCollaborationId } from '@ksbb/contracts';
import { unwrap, orNull } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import { found, type Page } from '../../web/page.ts';
import { MAX_SELECTED } from '../main/filters.ts';
import { clearReceipt, readReceipt, type Receipt } from './receipt.ts';
import { receiptView } from './receipt-view.ts';

/** The names of the MSMEs of needs that were not set aside at all; such a need has no line that would name it. */
async function namesOf(registry: Services['registry'], short: Receipt['short']): Promise<Map<string, string>> {
  const ids = [
    ...new Set(short.filter(([, , covered]) => covered === 0).map(([needId]) => needId.split('.', 1)[0] ?? '')),
  ];
  const msmes = await Promise.all(ids.slice(0, MAX_SELECTED).map((id) => registry.msme(id)));
  return new Map(msmes.flatMap((reply) => orNull(reply) ?? []).map(({ msmeId, name }) => [msmeId, name]));
}

/** What a donor is shown right after giving: the ID, the PIN this once, and what of it was set aside. */
export function receiptPage({ registry, commitment }: Pick<Services, 'registry' | 'commitment'>): Page {
  return {
    method: 'get',
    path: '/collaborations/:id/receipt',
    handle: async (pageRequest) => {
      const id = pageRequest.params['id'] ?? '';
      if (!isCollaborationId(id)) return found(pageRequest.to(`/collaborations/${encodeURIComponent(id)}`));
      const collaboration = unwrap(await commitment.collaboration(id));
      const receipt = readReceipt(pageRequest.cookie);
      return {
        kind: 'page',
        title: pageRequest.texts.help.result.title,
        scripts: ['actions'],
        confidential: true,
        cookies: receipt === null ? [] : clearReceipt(id, pageRequest),
        body: receiptView(pageRequest, {
          collaboration,
          receipt,
          names: await namesOf(registry, receipt?.short ?? []),
        }),
      };
    },
  };
}
