import { needed } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import type { Page } from '../../web/page.ts';
import { impactView } from './view.ts';

/** What it all adds up to. */
export function impactPage({ reporting }: Pick<Services, 'reporting'>): Page {
  return {
    method: 'get',
    path: '/impact',
    handle: async (visit) => ({
      kind: 'page',
      title: visit.texts.impact.title,
      body: impactView(visit, needed(await reporting.totals())),
    }),
  };
}
