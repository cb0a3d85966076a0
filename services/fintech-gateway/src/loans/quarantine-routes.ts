import { pageOf, partner } from '@ksbb/contracts';
import { conflict, defineRoute, notFound, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { FactBook } from './report-recorder.ts';
import type { SetAsideStore } from './stores/quarantine.ts';

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

type Parts = { setAside: SetAsideStore; facts: Pick<FactBook, 'receive'>; operatorToken: string };

/** Messages of partners that could not be booked, and the way to try one again, such as when its contract is known now. For operators. */
export function setAsideRoutes({ setAside, facts, operatorToken }: Parts): Route[] {
  return [
    defineRoute({
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
    }),
    defineRoute({
      method: 'post',
      path: '/set-aside/replay',
      operationId: 'replaySetAside',
      summary: 'Books a message that was set aside, if it can be booked now. For operators.',
      body: z.strictObject({ partner, deliveryId: z.string().min(1).max(300) }),
      bearer: true,
      answers: {
        204: { description: 'Booked.' },
        404: { description: 'No such message.' },
        409: { description: 'It still cannot be booked.' },
      },
      handle: async ({ request, body }) => {
        requireBearer(request, operatorToken);
        const message = await setAside.find(body.partner, body.deliveryId);
        if (message === null)
          throw notFound('no-such-message', `No message ${body.deliveryId} of ${body.partner} is set aside.`);
        const { fact, reference, deliveryId } = message;
        const isBooked =
          fact !== null && reference !== null && (await facts.receive(body.partner, { deliveryId, reference, fact }));
        if (!isBooked)
          throw conflict('still-not-bookable', `The message ${deliveryId} still cannot be booked: ${message.reason}.`);
        await setAside.remove(body.partner, deliveryId);
        return { status: 204 };
      },
    }),
  ];
}
