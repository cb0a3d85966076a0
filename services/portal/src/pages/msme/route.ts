import { msmeId } from '@ksbb/contracts';
import { orNull, unwrap } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import type { Page } from '../../web/page.ts';
import { readSelection } from '../main/filters.ts';
import { messageView } from '../message-view.ts';
import { msmeView } from './view.ts';

/** The page of one MSME: what it is, where, and what of each of its needs is still open. */
export function msmePage({ registry, commitment }: Pick<Services, 'registry' | 'commitment'>): Page {
  return {
    method: 'get',
    path: '/msmes/:msmeId',
    handle: async (pageRequest) => {
      const { texts } = pageRequest;
      const id = msmeId.safeParse(pageRequest.params['msmeId']);
      const missing = () => ({
        kind: 'page' as const,
        status: 404,
        title: texts.error.notFoundTitle,
        body: messageView(pageRequest, { title: texts.error.notFoundTitle, text: texts.msme.notFound }),
      });
      if (!id.success) return missing();
      const [reply, boards] = await Promise.all([registry.msme(id.data), commitment.boards([id.data])]);
      if (reply.kind === 'refusal' && reply.status === 404) return missing();
      const msme = unwrap(reply);
      const coverage = orNull(boards)?.items.find((board) => board.msmeId === msme.msmeId)?.needs ?? msme.coverage;
      return {
        kind: 'page',
        title: msme.name,
        body: msmeView(pageRequest, { msme, coverage, selected: readSelection(pageRequest.query) }),
      };
    },
  };
}
