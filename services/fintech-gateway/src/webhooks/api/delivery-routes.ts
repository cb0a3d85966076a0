import { pageOf, timestamp } from '@ksbb/contracts';
import { conflict, defineRoute, notFound, pageFrom, pageQuery, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { WebhookOutbox } from '../outbox.ts';
import type { Credential } from '../stores/credentials.ts';
import { type Delivery, deliveryIdOf, type WebhookDeliveries } from '../stores/deliveries.ts';
import type { Endpoint, WebhookEndpoints } from '../stores/endpoints.ts';
import type { WebhookMessage, WebhookMessages } from '../stores/messages.ts';
import type { PartnerAuth } from './authenticate.ts';
import { endpointParams, ownEndpoint } from './endpoint-routes.ts';

type Parts = {
  auth: PartnerAuth;
  endpoints: WebhookEndpoints;
  messages: WebhookMessages;
  deliveries: WebhookDeliveries;
  outbox: Pick<WebhookOutbox, 'notifyOne'>;
  /** Has the dispatcher look for what is due. */
  dispatch: () => void;
  clock: () => Date;
};

const REPLAY_PAGE = 500;
/** A range with more is replayed by several requests. */
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
const isDisabled = { 409: { description: 'The endpoint is disabled.' } };

function viewOf({ tries: _, dueAt, createdAt, ...delivery }: Delivery): z.output<typeof deliverySchema> {
  return { ...delivery, dueAt: dueAt.toISOString(), createdAt: createdAt.toISOString() };
}

const noSuchDelivery = (messageId: string) =>
  notFound('no-such-delivery', `The endpoint has no delivery ${messageId}.`);

/** @throws Problem 404, or 409 where it is disabled */
async function enabledEndpoint(
  endpoints: WebhookEndpoints,
  principal: Credential,
  endpointId: string,
): Promise<Endpoint> {
  const endpoint = await ownEndpoint(endpoints, principal, endpointId);
  if (endpoint.disabled !== null) throw conflict('endpoint-disabled', 'The endpoint is disabled; enable it first.');
  return endpoint;
}

function readRoutes({ auth, endpoints, deliveries, messages }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/partner/v1/endpoints/:endpointId/deliveries',
      operationId: 'listDeliveries',
      summary:
        'What was sent to an endpoint in the last 90 days, the newest first, each attempt with its response. ' +
        'Scope deliveries:read.',
      auth: auth('deliveries:read'),
      params: endpointParams,
      query: pageQuery(50, 100).extend({ state: state.optional() }),
      answers: { 200: { description: 'One page.', schema: pageOf(deliverySchema) } },
      handle: async ({ principal, params: { endpointId }, query: { limit, cursor, state: wanted = null } }) => {
        await ownEndpoint(endpoints, principal, endpointId);
        const before = cursor === undefined ? null : await deliveries.find(deliveryIdOf(endpointId, cursor));
        const found = await deliveries.list(endpointId, wanted, limit + 1, before);
        return { status: 200, body: pageFrom(found.map(viewOf), limit, ({ messageId }) => messageId) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/partner/v1/endpoints/:endpointId/deliveries/:messageId',
      operationId: 'showDelivery',
      summary: 'One delivery with what was sent, byte for byte. Scope deliveries:read.',
      auth: auth('deliveries:read'),
      params,
      answers: {
        200: { description: 'The delivery.', schema: deliverySchema.extend({ payload: z.string().nullable() }) },
        404: { description: 'No such delivery.' },
      },
      handle: async ({ principal, params: { endpointId, messageId } }) => {
        await ownEndpoint(endpoints, principal, endpointId);
        const delivery = await deliveries.find(deliveryIdOf(endpointId, messageId));
        if (delivery === null) throw noSuchDelivery(messageId);
        const payload = (await messages.many([messageId])).get(messageId)?.payload ?? null;
        return { status: 200, body: { ...viewOf(delivery), payload } };
      },
    }),
  ];
}

function replayOneRoute({ auth, endpoints, deliveries, dispatch, clock }: Parts): Route {
  return defineRoute({
    method: 'post',
    path: '/partner/v1/endpoints/:endpointId/deliveries/:messageId/replay',
    operationId: 'replayDelivery',
    summary: 'Sends one again, under the same webhook-id, with all its attempts. Scope deliveries:replay.',
    auth: auth('deliveries:replay'),
    params,
    answers: {
      202: { description: 'It is sent again.' },
      404: { description: 'No such delivery.' },
      ...isDisabled,
    },
    handle: async ({ principal, params: { endpointId, messageId } }) => {
      await enabledEndpoint(endpoints, principal, endpointId);
      const delivery = await deliveries.replay(deliveryIdOf(endpointId, messageId), 'pending', clock());
      if (delivery === null) throw noSuchDelivery(messageId);
      dispatch();
      return { status: 202 };
    },
  });
}

function replayRangeRoute({ auth, endpoints, messages, deliveries, dispatch, clock }: Parts): Route {
  const range = z
    .strictObject({ from: timestamp, to: timestamp, which: z.enum(['all', 'missing'], 'all or missing') })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], error: 'later than from' });

  async function replayPage(endpointId: string, page: WebhookMessage[], isMissing: boolean): Promise<number> {
    const ids = page.map(({ messageId }) => messageId);
    const received = isMissing ? await deliveries.delivered(endpointId, ids) : new Set<string>();
    const again = page.filter(({ messageId }) => !received.has(messageId));
    const now = clock();
    const pending = { endpointId, state: 'pending', dueAt: now, createdAt: now } as const;
    for (const { messageId, eventType } of again) {
      const isNew = await deliveries.add({ messageId, eventType, ...pending });
      if (!isNew) await deliveries.replay(deliveryIdOf(endpointId, messageId), 'pending', now);
    }
    return again.length;
  }

  return defineRoute({
    method: 'post',
    path: '/partner/v1/endpoints/:endpointId/replay',
    operationId: 'replayRange',
    summary:
      'Sends again what happened in a time: all of it, or what the endpoint has not received, also from before it was ' +
      'there. Scope deliveries:replay.',
    auth: auth('deliveries:replay'),
    params: endpointParams,
    body: range,
    answers: {
      202: {
        description: 'How many are sent again; `next` is where to go on from, or null.',
        schema: z.object({ replayed: z.int(), next: z.iso.datetime().nullable() }),
      },
      ...isDisabled,
    },
    handle: async ({ principal, params: { endpointId }, body: { from, to, which } }) => {
      const { partner, eventTypes } = await enabledEndpoint(endpoints, principal, endpointId);
      const [start, end] = [new Date(from), new Date(to)];
      let last: WebhookMessage | null = null;
      let replayed = 0;
      for (let seen = 0; seen < MOST_REPLAYED; seen += REPLAY_PAGE) {
        const page: WebhookMessage[] = await messages.between(partner, eventTypes, start, end, REPLAY_PAGE, last);
        replayed += await replayPage(endpointId, page, which === 'missing');
        last = page.length === REPLAY_PAGE ? (page.at(-1) ?? null) : null;
        if (last === null) break;
      }
      dispatch();
      return { status: 202, body: { replayed, next: last?.createdAt.toISOString() ?? null } };
    },
  });
}

function testRoute({ auth, endpoints, outbox, clock }: Parts): Route {
  return defineRoute({
    method: 'post',
    path: '/partner/v1/endpoints/:endpointId/test',
    operationId: 'sendTestEvent',
    summary: 'Sends an event of the type test, which needs no subscription. Scope endpoints:write.',
    auth: auth('endpoints:write'),
    params: endpointParams,
    idempotent: true,
    answers: {
      202: { description: 'On its way.', schema: z.object({ messageId: z.string() }) },
      ...isDisabled,
    },
    handle: async ({ principal, params: { endpointId }, idempotencyKey }) => {
      const endpoint = await enabledEndpoint(endpoints, principal, endpointId);
      const messageId = await outbox.notifyOne(endpoint, {
        partner: endpoint.partner,
        eventType: 'test',
        key: `${endpointId}:test:${idempotencyKey}`,
        at: clock().toISOString(),
        data: { endpointId },
      });
      return { status: 202, body: { messageId } };
    },
  });
}

/** The delivery log of a partner's endpoints, and the routes that send a delivery again. */
export function deliveryRoutes(parts: Parts): Route[] {
  return [...readRoutes(parts), replayOneRoute(parts), replayRangeRoute(parts), testRoute(parts)];
}
