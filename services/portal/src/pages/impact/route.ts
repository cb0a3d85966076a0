import { unwrap } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import type { Page } from '../../web/page.ts';
import { impactView } from './view.ts';

/** What it all adds up to. */
export function impactPage({ reporting }: Pick<Services, 'reporting'>): Page {
  return {
    method: 'get',
    path: '/impact',
    handle: async (pageRequest) => ({
      kind: 'page',
      title: pageRequest.texts.impact.title,
      body: impactView(pageRequest, unwrap(await reporting.totals())),
    }),
  };
}
