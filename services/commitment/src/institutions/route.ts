import { type Institution, institutionList } from '@ksbb/contracts';
import { defineRoute, type Route } from '@ksbb/service-kit';

/** `GET /institutions`, for 'Join Donation': whom to give to directly, and how. */
export function listInstitutions({ institutions }: { institutions: readonly Institution[] }): Route {
  return defineRoute({
    method: 'get',
    path: '/institutions',
    operationId: 'listInstitutions',
    summary: 'Every institution that takes donations, with accounts and contacts.',
    answers: {
      200: {
        description: 'All of them. Where `example` is true, accounts and contacts are invented.',
        schema: institutionList,
      },
    },
    handle: () => ({ status: 200, body: { items: institutions } }),
  });
}
