import { pageOf, partner } from '@ksbb/contracts';
import { defineRoute, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { SetAsideStore } from '../stores/set-aside.ts';

const query = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(300).optional(),
});

const setAsideList = pageOf(
  z.object({
    partner,
    deliveryId: z.string(),
    reason: z.string(),
    at: z.iso.datetime(),
    reference: z.string().nullable(),
    fact: z.record(z.string(), z.unknown()).nullable(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
  }),
);

export function showSetAside({ setAside, operatorToken }: { setAside: SetAsideStore; operatorToken: string }): Route {
  return defineRoute({
    method: 'get',
    path: '/set-aside',
    operationId: 'showSetAside',
    summary: 'Genuine messages of partners that could not be booked, and why. For operators.',
    query,
    bearer: true,
    answers: { 200: { description: 'One page.', schema: setAsideList }, 401: { description: 'No operator.' } },
    handle: async ({ request, query: { limit, cursor } }) => {
      requireBearer(request, operatorToken);
      return { status: 200, body: await setAside.list(limit, cursor ?? null) };
    },
  });
}
