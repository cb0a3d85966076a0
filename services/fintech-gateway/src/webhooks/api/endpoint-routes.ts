import { createHash, randomBytes } from 'node:crypto';
import { conflict, defineRoute, notFound, Problem, type Route, unprocessable } from '@ksbb/service-kit';
import type { Request } from 'express';
import { z } from 'zod';
import type { Credential, PartnerCredentials } from '../stores/credentials.ts';
import { type Endpoint, MOST_ENDPOINTS, type WebhookEndpoints } from '../stores/endpoints.ts';
import { EVENT_TYPES, eventType } from '../event-types.ts';
import { wellHealth } from '../health.ts';
import { requirePartner } from './authenticate.ts';
import { type CheckUrl, endpointUrl } from './endpoint-url.ts';
import { endpointSchema, endpointView, etagOf } from './endpoint-view.ts';

export type EndpointParts = {
  credentials: PartnerCredentials;
  endpoints: WebhookEndpoints;
  checkUrl: CheckUrl;
  clock: () => Date;
};

/** An old secret is signed with for so long after a rotation. */
const OVERLAP_MS = 86_400_000;
const SECRET_BYTES = 24;

const types = z
  .array(eventType)
  .min(1, 'at least one event type')
  .refine((list) => new Set(list).size === list.length, 'each event type once');
const description = z.string().trim().max(200);
const newEndpoint = z.strictObject({ url: endpointUrl, eventTypes: types, description: description.default('') });
const changedEndpoint = z
  .strictObject({ url: endpointUrl, eventTypes: types, description, enabled: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'at least one field to change');
export const endpointParams = z.object({ endpointId: z.string().max(100) });
const withSecret = endpointSchema.extend({ secret: z.string() });

const newSecret = () => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

/** An endpoint of the partner that asks. @throws Problem 404, also where it is another's */
export async function ownEndpoint(
  endpoints: Pick<WebhookEndpoints, 'find'>,
  { partner }: Credential,
  endpointId: string,
): Promise<Endpoint> {
  const endpoint = await endpoints.find(endpointId);
  if (endpoint === null || endpoint.partner !== partner)
    throw notFound('no-such-endpoint', `You have no endpoint ${endpointId}.`);
  return endpoint;
}

/** @throws Problem 428 without If-Match, 412 where the endpoint has changed meanwhile */
function requireUnchanged(request: Request, endpoint: Endpoint): void {
  const etag = request.get('if-match');
  if (etag === undefined) throw new Problem(428, 'if-match-required', 'Send the ETag of the endpoint as If-Match.');
  if (etag !== etagOf(endpoint))
    throw new Problem(412, 'changed-meanwhile', 'The endpoint has changed meanwhile; read it again.');
}

const changedMeanwhile = () =>
  new Problem(412, 'changed-meanwhile', 'The endpoint has changed meanwhile; read it again.');

function disabledAfter(
  endpoint: Endpoint,
  enabled: boolean | undefined,
  now: Date,
): Pick<Endpoint, 'disabled' | 'health'> {
  if (enabled === true) return { disabled: null, health: endpoint.disabled === null ? endpoint.health : wellHealth };
  if (enabled === false && endpoint.disabled === null)
    return { disabled: { reason: 'by-partner', at: now.toISOString() }, health: endpoint.health };
  return { disabled: endpoint.disabled, health: endpoint.health };
}

function createRoute({ credentials, endpoints, checkUrl, clock }: EndpointParts): Route {
  return defineRoute({
    method: 'post',
    path: '/partner/v1/endpoints',
    operationId: 'createEndpoint',
    summary: 'A new endpoint; its secret is in this answer and in those of rotations. Scope endpoints:write.',
    body: newEndpoint,
    bearer: true,
    idempotent: true,
    answers: { 201: { description: 'The endpoint and its secret.', schema: withSecret } },
    handle: async ({ request, body, idempotencyKey }) => {
      const { partner } = await requirePartner(request, credentials, 'endpoints:write');
      const endpointId = `ep_${createHash('sha256').update(`${partner}:${idempotencyKey}`).digest('hex').slice(0, 24)}`;
      const known = await endpoints.find(endpointId);
      if (known === null) {
        await checkUrl(body.url);
        if ((await endpoints.ofPartner(partner)).length >= MOST_ENDPOINTS)
          throw conflict('too-many-endpoints', `At most ${MOST_ENDPOINTS} endpoints.`);
        const secrets = [{ secret: newSecret(), expiresAt: null }];
        const fresh = { disabled: null, health: wellHealth, version: 1, createdAt: clock().toISOString() };
        await endpoints.add({ endpointId, partner, ...body, secrets, ...fresh });
      }
      const endpoint = known ?? (await endpoints.find(endpointId));
      if (endpoint === null) throw conflict('endpoint-gone', 'The endpoint was removed meanwhile.');
      const isSame =
        endpoint.url === body.url && JSON.stringify(endpoint.eventTypes) === JSON.stringify(body.eventTypes);
      if (!isSame)
        throw unprocessable(
          'idempotency-key-reused',
          'This Idempotency-Key was used with another body, or the endpoint has changed since.',
        );
      return {
        status: 201,
        body: { ...endpointView(endpoint), secret: endpoint.secrets[0]?.secret },
        headers: { ETag: etagOf(endpoint) },
      };
    },
  });
}

function readRoutes({ credentials, endpoints }: EndpointParts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/partner/v1/event-types',
      operationId: 'listEventTypes',
      summary: 'What an endpoint can be told of. Scope endpoints:read.',
      bearer: true,
      answers: {
        200: {
          description: 'All event types.',
          schema: z.object({ items: z.array(z.object({ eventType, summary: z.string() })) }),
        },
      },
      handle: async ({ request }) => {
        await requirePartner(request, credentials, 'endpoints:read');
        return {
          status: 200,
          body: { items: Object.entries(EVENT_TYPES).map(([name, summary]) => ({ eventType: name, summary })) },
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/partner/v1/endpoints',
      operationId: 'listEndpoints',
      summary: 'Your endpoints. Scope endpoints:read.',
      bearer: true,
      answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(endpointSchema) }) } },
      handle: async ({ request }) => {
        const { partner } = await requirePartner(request, credentials, 'endpoints:read');
        return { status: 200, body: { items: (await endpoints.ofPartner(partner)).map(endpointView) } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/partner/v1/endpoints/:endpointId',
      operationId: 'showEndpoint',
      summary: 'One endpoint, with its ETag. Scope endpoints:read.',
      params: endpointParams,
      bearer: true,
      answers: {
        200: { description: 'The endpoint.', schema: endpointSchema },
        404: { description: 'You have no such endpoint.' },
      },
      handle: async ({ request, params }) => {
        const endpoint = await ownEndpoint(
          endpoints,
          await requirePartner(request, credentials, 'endpoints:read'),
          params.endpointId,
        );
        return { status: 200, body: endpointView(endpoint), headers: { ETag: etagOf(endpoint) } };
      },
    }),
  ];
}

function changeRoutes({ credentials, endpoints, checkUrl, clock }: EndpointParts): Route[] {
  return [
    defineRoute({
      method: 'patch',
      path: '/partner/v1/endpoints/:endpointId',
      operationId: 'changeEndpoint',
      summary: 'Changes an endpoint, or enables it again; If-Match needed. Scope endpoints:write.',
      params: endpointParams,
      body: changedEndpoint,
      bearer: true,
      answers: {
        200: { description: 'The endpoint as it is now.', schema: endpointSchema },
        412: { description: 'Changed meanwhile.' },
        428: { description: 'If-Match is missing.' },
      },
      handle: async ({ request, params, body: { enabled, ...body } }) => {
        const endpoint = await ownEndpoint(
          endpoints,
          await requirePartner(request, credentials, 'endpoints:write'),
          params.endpointId,
        );
        requireUnchanged(request, endpoint);
        if (body.url !== undefined) await checkUrl(body.url);
        const change = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
        const after = await endpoints.change(endpoint, { ...change, ...disabledAfter(endpoint, enabled, clock()) });
        if (after === null) throw changedMeanwhile();
        return { status: 200, body: endpointView(after), headers: { ETag: etagOf(after) } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/partner/v1/endpoints/:endpointId/rotate-secret',
      operationId: 'rotateSecret',
      summary: 'A new secret; the one before is signed with too for 24 hours. If-Match needed. Scope endpoints:write.',
      params: endpointParams,
      bearer: true,
      answers: {
        200: { description: 'The endpoint with its new secret.', schema: withSecret },
        412: { description: 'Changed meanwhile.' },
      },
      handle: async ({ request, params }) => {
        const endpoint = await ownEndpoint(
          endpoints,
          await requirePartner(request, credentials, 'endpoints:write'),
          params.endpointId,
        );
        requireUnchanged(request, endpoint);
        const now = clock();
        const expiresAt = new Date(now.getTime() + OVERLAP_MS).toISOString();
        const older = endpoint.secrets
          .filter((old) => old.expiresAt === null || Date.parse(old.expiresAt) > now.getTime())
          .map((old) => ({ ...old, expiresAt: old.expiresAt ?? expiresAt }));
        const secret = newSecret();
        const after = await endpoints.change(endpoint, {
          secrets: [{ secret, expiresAt: null }, ...older].slice(0, MOST_SECRETS),
        });
        if (after === null) throw changedMeanwhile();
        return { status: 200, body: { ...endpointView(after), secret }, headers: { ETag: etagOf(after) } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/partner/v1/endpoints/:endpointId',
      operationId: 'removeEndpoint',
      summary: 'Removes an endpoint; what waits for it is not sent. Scope endpoints:write.',
      params: endpointParams,
      bearer: true,
      answers: { 204: { description: 'Removed.' }, 404: { description: 'You have no such endpoint.' } },
      handle: async ({ request, params }) => {
        const { endpointId } = await ownEndpoint(
          endpoints,
          await requirePartner(request, credentials, 'endpoints:write'),
          params.endpointId,
        );
        await endpoints.remove(endpointId);
        return { status: 204 };
      },
    }),
  ];
}

/** More rotations within a day lose the oldest secret early. */
const MOST_SECRETS = 5;

/** A partner's endpoints for webhooks. */
export function endpointRoutes(parts: EndpointParts): Route[] {
  return [createRoute(parts), ...readRoutes(parts), ...changeRoutes(parts)];
}
