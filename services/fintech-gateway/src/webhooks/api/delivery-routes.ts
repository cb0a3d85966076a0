import { conflict, defineRoute, notFound, type Route } from '@ksbb/service-kit';
import { timestamp } from '@ksbb/contracts';
import { z } from 'zod';
import { type Delivery, deliveryIdOf, type WebhookDeliveries } from '../stores/deliveries.ts';
import type { WebhookEndpoints } from '../stores/endpoints.ts';
import type { Message, WebhookMessages } from '../stores/messages.ts';
import type { PartnerCredentials } from '../stores/credentials.ts';
import type { WebhookOutbox } from '../outbox.ts';
import { requirePartner } from './authenticate.ts';
import { endpointParams, ownEndpoint } from './endpoint-routes.ts';

type Parts = {
  credentials: PartnerCredentials;
  endpoints: WebhookEndpoints;
  messages: WebhookMessages;
  deliveries: WebhookDeliveries;
  outbox: WebhookOutbox;
  nudge: () => void;
  clock: () => Date;
};

const REPLAY_PAGE = 500;
/** A range with more is replayed in several requests. */
const MOST_REPLAYED = 50_000;

const attempt = z.object({
  at: z.iso.datetime(),
  durationMs: z.int(),
  request: z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }),
  status: z.int().nullable(),
  answer: z.string().nullable(),
  error: z.string().nullable(),
});
const state = z.enum(['pending', 'delivered', 'exhausted', 'held']);
const deliverySchema = z.object({
  deliveryId: z.string(),
  endpointId: z.string(),
  messageId: z.string(),
  eventType: z.string(),
  state,
  /** When it is tried next, or was settled. */
  dueAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  attempts: z.array(attempt),
});
const params = endpointParams.extend({ messageId: z.string().max(100) });

function viewOf({ tries: _, dueAt, createdAt, ...delivery }: Delivery): z.output<typeof deliverySchema> {
  return { ...delivery, dueAt: dueAt.toISOString(), createdAt: createdAt.toISOString() };
}

function listRoute({ credentials, endpoints, deliveries }: Parts): Route {
  return defineRoute({
    method: 'get',
    path: '/partner/v1/endpoints/:endpointId/deliveries',
    operationId: 'listDeliveries',
    summary:
      'What was sent to an endpoint in the last 90 days, the newest first, each attempt with its answer. Scope deliveries:read.',
    params: endpointParams,
    query: z.strictObject({
      state: state.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.string().max(100).optional(),
    }),
    bearer: true,
    answers: {
      200: {
        description: 'One page.',
        schema: z.object({ items: z.array(deliverySchema), nextCursor: z.string().nullable() }),
      },
    },
    handle: async ({ request, params: { endpointId }, query }) => {
      await ownEndpoint(endpoints, await requirePartner(request, credentials, 'deliveries:read'), endpointId);
      const before = query.cursor === undefined ? null : await deliveries.find(deliveryIdOf(endpointId, query.cursor));
      const found = await deliveries.list(endpointId, query.state ?? null, query.limit + 1, before);
      const items = found.slice(0, query.limit).map(viewOf);
      return {
        status: 200,
        body: { items, nextCursor: found.length > query.limit ? (items.at(-1)?.messageId ?? null) : null },
      };
    },
  });
}

function showRoute({ credentials, endpoints, deliveries, messages }: Parts): Route {
  return defineRoute({
    method: 'get',
    path: '/partner/v1/endpoints/:endpointId/deliveries/:messageId',
    operationId: 'showDelivery',
    summary: 'One delivery with what was sent, byte for byte. Scope deliveries:read.',
    params,
    bearer: true,
    answers: {
      200: { description: 'The delivery.', schema: deliverySchema.extend({ payload: z.string().nullable() }) },
      404: { description: 'No such delivery.' },
    },
    handle: async ({ request, params: { endpointId, messageId } }) => {
      await ownEndpoint(endpoints, await requirePartner(request, credentials, 'deliveries:read'), endpointId);
      const delivery = await deliveries.find(deliveryIdOf(endpointId, messageId));
      if (delivery === null) throw notFound('no-such-delivery', `The endpoint has no delivery ${messageId}.`);
      const payload = (await messages.many([messageId])).get(messageId)?.payload ?? null;
      return { status: 200, body: { ...viewOf(delivery), payload } };
    },
  });
}

function replayOneRoute({ credentials, endpoints, deliveries, nudge, clock }: Parts): Route {
  return defineRoute({
    method: 'post',
    path: '/partner/v1/endpoints/:endpointId/deliveries/:messageId/replay',
    operationId: 'replayDelivery',
    summary: 'Sends one again, under the same webhook-id, with all its attempts. Scope deliveries:replay.',
    params,
    bearer: true,
    answers: {
      202: { description: 'It is sent again.' },
      404: { description: 'No such delivery.' },
      409: { description: 'The endpoint is disabled.' },
    },
    handle: async ({ request, params: { endpointId, messageId } }) => {
      const endpoint = await ownEndpoint(
        endpoints,
        await requirePartner(request, credentials, 'deliveries:replay'),
        endpointId,
      );
      if (endpoint.disabled !== null) throw conflict('endpoint-disabled', 'The endpoint is disabled; enable it first.');
      const delivery = await deliveries.replay(deliveryIdOf(endpointId, messageId), 'pending', clock());
      if (delivery === null) throw notFound('no-such-delivery', `The endpoint has no delivery ${messageId}.`);
      nudge();
      return { status: 202 };
    },
  });
}

function replayRangeRoute({ credentials, endpoints, messages, deliveries, nudge, clock }: Parts): Route {
  async function replayPage(endpointId: string, page: Message[], missing: boolean): Promise<number> {
    const received = missing
      ? await deliveries.delivered(
          endpointId,
          page.map(({ messageId }) => messageId),
        )
      : new Set<string>();
    const again = page.filter(({ messageId }) => !received.has(messageId));
    const now = clock();
    for (const { messageId, eventType } of again) {
      const isNew = await deliveries.add({
        endpointId,
        messageId,
        eventType,
        state: 'pending',
        dueAt: now,
        createdAt: now,
      });
      if (!isNew) await deliveries.replay(deliveryIdOf(endpointId, messageId), 'pending', now);
    }
    return again.length;
  }

  return defineRoute({
    method: 'post',
    path: '/partner/v1/endpoints/:endpointId/replay',
    operationId: 'replayRange',
    summary:
      'Sends again what happened in a time: all of it, or what the endpoint has not received, also from before it was there. Scope deliveries:replay.',
    params: endpointParams,
    body: z
      .strictObject({ from: timestamp, to: timestamp, which: z.enum(['all', 'missing'], 'all or missing') })
      .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], error: 'later than from' }),
    bearer: true,
    answers: {
      202: {
        description: 'How many are sent again; `next` is where to go on from, or null.',
        schema: z.object({ replayed: z.int(), next: z.iso.datetime().nullable() }),
      },
      409: { description: 'The endpoint is disabled.' },
    },
    handle: async ({ request, params: { endpointId }, body: { from, to, which } }) => {
      const credential = await requirePartner(request, credentials, 'deliveries:replay');
      const { partner, eventTypes, disabled } = await ownEndpoint(endpoints, credential, endpointId);
      if (disabled !== null) throw conflict('endpoint-disabled', 'The endpoint is disabled; enable it first.');
      let last: Message | null = null;
      let replayed = 0;
      for (let seen = 0; seen < MOST_REPLAYED; seen += REPLAY_PAGE) {
        const page: Message[] = await messages.between(
          partner,
          eventTypes,
          new Date(from),
          new Date(to),
          REPLAY_PAGE,
          last,
        );
        replayed += await replayPage(endpointId, page, which === 'missing');
        last = page.length === REPLAY_PAGE ? (page.at(-1) ?? null) : null;
        if (last === null) break;
      }
      nudge();
      return { status: 202, body: { replayed, next: last?.createdAt.toISOString() ?? null } };
    },
  });
}

function testRoute({ credentials, endpoints, outbox, clock }: Parts): Route {
  return defineRoute({
    method: 'post',
    path: '/partner/v1/endpoints/:endpointId/test',
    operationId: 'sendTestEvent',
    summary: 'Sends an event of the type test, whatever the endpoint asked for. Scope endpoints:write.',
    params: endpointParams,
    bearer: true,
    idempotent: true,
    answers: {
      202: { description: 'On its way.', schema: z.object({ messageId: z.string() }) },
      409: { description: 'The endpoint is disabled.' },
    },
    handle: async ({ request, params: { endpointId }, idempotencyKey }) => {
      const endpoint = await ownEndpoint(
        endpoints,
        await requirePartner(request, credentials, 'endpoints:write'),
        endpointId,
      );
      if (endpoint.disabled !== null) throw conflict('endpoint-disabled', 'The endpoint is disabled; enable it first.');
      const news = {
        partner: endpoint.partner,
        eventType: 'test',
        key: `${endpointId}:test:${idempotencyKey}`,
        at: clock().toISOString(),
        data: { endpointId },
      } as const;
      const deliveryId = await outbox.tellOne(endpoint, news);
      return { status: 202, body: { messageId: deliveryId.slice(endpointId.length + 1) } };
    },
  });
}

/** The delivery log of a partner's endpoints, and the ways to have something sent again. */
export function deliveryRoutes(parts: Parts): Route[] {
  return [listRoute(parts), showRoute(parts), replayOneRoute(parts), replayRangeRoute(parts), testRoute(parts)];
}
