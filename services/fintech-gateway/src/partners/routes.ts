import { type Partner, partner as partnerName } from '@ksbb/contracts';
import { defineRoute, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { OpenPartner } from './define-partner.ts';
import type { Jobs } from '../loans/stores/jobs.ts';

const partnerStates = z.object({
  items: z.array(
    z.object({
      partner: partnerName,
      breakers: z.array(z.object({ operation: z.string(), state: z.enum(['closed', 'half-open', 'open']) })),
      /** Calls of this process. */
      inFlight: z.int().min(0),
      /** Calls of this process that wait for their turn. */
      waiting: z.int().min(0),
      /** Contracts that the partner has not answered yet. */
      contractsWaiting: z.int().min(0),
    }),
  ),
});

type Parts = { partners: readonly (OpenPartner & { name: Partner })[]; jobs: Jobs; operatorToken: string };

export function showPartners({ partners, jobs, operatorToken }: Parts): Route {
  return defineRoute({
    method: 'get',
    path: '/partners',
    operationId: 'showPartners',
    summary: 'How each partner is reached now: its breakers, calls in flight, contracts that wait. For operators.',
    bearer: true,
    answers: { 200: { description: 'Every partner, as this process sees it.', schema: partnerStates } },
    handle: async ({ request }) => {
      requireBearer(request, operatorToken);
      const items = partners.map(async ({ name, caller }) => ({
        partner: name,
        ...caller.state(),
        contractsWaiting: await jobs.count(name),
      }));
      return { status: 200, body: { items: await Promise.all(items) } };
    },
  });
}
