import { unwrap } from '../../services/outcome.ts';
import type { Services } from '../../services/services.ts';
import type { Page } from '../../web/page.ts';
import { joinDonationView } from './view.ts';

/** Every institution that takes donations, with its accounts and contacts. */
export function joinDonationPage({ commitment }: Pick<Services, 'commitment'>): Page {
  return {
    method: 'get',
    path: '/join-donation',
    handle: async (pageRequest) => {
      const { items } = unwrap(await commitment.institutions());
      return {
        kind: 'page',
        title: pageRequest.texts.joinDonation.title,
        scripts: ['actions'],
        body: joinDonationView(pageRequest, items),
      };
    },
  };
}
