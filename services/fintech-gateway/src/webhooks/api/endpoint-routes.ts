import { createHash, randomBytes } from 'node:crypto';
import {
  changedMeanwhile,
  conflict,
  defineRoute,
  etagOf,
  notFound,
  type Route,
  unprocessable,
  versionOfIfMatch,
} from '@ksbb/service-kit';
import { z } from 'zod';
import { healthy } from '../delivery-policy.ts';
import { EVENT_TYPES, eventType } from '../event-types.ts';
import type { Credential } from '../stores/credentials.ts';
import { type Endpoint, MOST_ENDPOINTS, type WebhookEndpoints } from '../stores/endpoints.ts';
import type { PartnerAuth } from './authenticate.ts';
import { type CheckUrl, endpointUrl } from './endpoint-url.ts';

type Parts = { auth: PartnerAuth; endpoints: WebhookEndpoints; checkUrl: CheckUrl; clock: () => Date };

/** After a rotation messages are also signed with the old secret for this time. */
const OVERLAP_MS = 86_400_000;
const SECRET_BYTES = 24;
/** More rotations within a day drop the oldest secret early. */
const MOST_SECRETS = 5;

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

const endpointSchema = z.object({
  endpointId: z.string(),
  url: z.string(),
  description: z.string(),
  eventTypes: z.array(eventType),
  /** Why and since when it is sent nothing; null where it is enabled. */
  disabled: z.object({ reason: z.enum(['by-partner', 'gone', 'failing']), at: z.iso.datetime() }).nullable(),
  /** Failures since the last success. */
  failures: z.int().min(0),
  failingSince: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
const withSecret = endpointSchema.extend({ secret: z.string() });

const newSecret = () => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

/** An endpoint as its partner sees it, with its ETag and without its secrets. */
function reply(status: number, endpoint: Endpoint, more: { secret?: string | undefined } = {}) {
  const { endpointId, url, description: text, eventTypes, disabled, health, createdAt } = endpoint;
  const view = { endpointId, url, description: text, eventTypes, disabled, ...health, createdAt };
  return { status, body: { ...view, ...more }, headers: { ETag: etagOf(endpoint.version) } };
}

/** An endpoint of the partner that asks. @throws Problem 404, also where it is another partner's */
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

function disabledAfter(
  { disabled, health }: Endpoint,
  enabled: boolean | undefined,
  now: Date,
): Pick<Endpoint, 'disabled' | 'health'> {
  if (enabled === true) return { disabled: null, health: disabled === null ? health : healthy };
  if (enabled === false && disabled === null)
    return { disabled: { reason: 'by-partner', at: now.toISOString() }, health };
  return { disabled, health };
}

function createRoute({ auth, endpoints, checkUrl, clock }: Parts): Route {
  return defineRoute({
    method: 'post',
    path: '/partner/v1/endpoints',
    operationId: 'createEndpoint',
    summary: 'A new endpoint; its secret is only in this response and in those of rotations. Scope endpoints:write.',
    auth: auth('endpoints:write'),
    body: newEndpoint,
    idempotent: true,
    answers: { 201: { description: 'The endpoint and its secret.', schema: withSecret } },
    handle: async ({ principal: { partner }, body, idempotencyKey }) => {
      const endpointId = `ep_${createHash('sha256').update(`${partner}:${idempotencyKey}`).digest('hex').slice(0, 24)}`;
      const known = await endpoints.find(endpointId);
      if (known === null) {
        await checkUrl(body.url);
        if ((await endpoints.ofPartner(partner)).length >= MOST_ENDPOINTS)
          throw conflict('too-many-endpoints', `At most ${MOST_ENDPOINTS} endpoints.`);
        const secrets = [{ secret: newSecret(), expiresAt: null }];
        const fresh = { disabled: null, health: healthy, version: 1, createdAt: clock().toISOString() };
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
      return reply(201, endpoint, { secret: endpoint.secrets[0]?.secret });
    },
  });
}

function readRoutes({ auth, endpoints }: Parts): Route[] {
  const eventTypes = z.object({ items: z.array(z.object({ eventType, summary: z.string() })) });
  return [
    defineRoute({
      method: 'get',
      path: '/partner/v1/event-types',
      operationId: 'listEventTypes',
      summary: 'What an endpoint can be notified of. Scope endpoints:read.',
      auth: auth('endpoints:read'),
      answers: { 200: { description: 'All event types.', schema: eventTypes } },
      handle: () => {
        const items = Object.entries(EVENT_TYPES).map(([name, summary]) => ({ eventType: name, summary }));
        return { status: 200, body: { items } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/partner/v1/endpoints',
      operationId: 'listEndpoints',
      summary: 'Your endpoints. Scope endpoints:read.',
      auth: auth('endpoints:read'),
      answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(endpointSchema) }) } },
      handle: async ({ principal: { partner } }) => {
        const items = (await endpoints.ofPartner(partner)).map((endpoint) => reply(200, endpoint).body);
        return { status: 200, body: { items } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/partner/v1/endpoints/:endpointId',
      operationId: 'showEndpoint',
      summary: 'One endpoint, with its ETag. Scope endpoints:read.',
      auth: auth('endpoints:read'),
      params: endpointParams,
      answers: {
        200: { description: 'The endpoint.', schema: endpointSchema },
        404: { description: 'You have no such endpoint.' },
      },
      handle: async ({ principal, params: { endpointId } }) =>
        reply(200, await ownEndpoint(endpoints, principal, endpointId)),
    }),
  ];
}

function changeRoutes({ auth, endpoints, checkUrl, clock }: Parts): Route[] {
  const write = auth('endpoints:write');
  const meanwhile = ({ version }: Endpoint) => changedMeanwhile('The endpoint', version);

  /** The caller's endpoint, which still has the version of If-Match. */
  async function unchangedEndpoint(
    principal: Credential,
    endpointId: string,
    request: Parameters<typeof versionOfIfMatch>[0],
  ): Promise<Endpoint> {
    const endpoint = await ownEndpoint(endpoints, principal, endpointId);
    if (versionOfIfMatch(request) !== endpoint.version) throw meanwhile(endpoint);
    return endpoint;
  }

  async function change(endpoint: Endpoint, fields: Parameters<WebhookEndpoints['change']>[1]): Promise<Endpoint> {
    const changed = await endpoints.change(endpoint, fields);
    if (changed !== null) return changed;
    throw meanwhile((await endpoints.find(endpoint.endpointId)) ?? endpoint);
  }

  return [
    defineRoute({
      method: 'patch',
      path: '/partner/v1/endpoints/:endpointId',
      operationId: 'changeEndpoint',
      summary: 'Changes an endpoint, or enables it again; If-Match needed. Scope endpoints:write.',
      auth: write,
      params: endpointParams,
      body: changedEndpoint,
      answers: {
        200: { description: 'The endpoint as it is now.', schema: endpointSchema },
        412: { description: 'Changed meanwhile.' },
        428: { description: 'If-Match is missing.' },
      },
      handle: async ({ principal, request, params: { endpointId }, body: { enabled, ...body } }) => {
        const endpoint = await unchangedEndpoint(principal, endpointId, request);
        if (body.url !== undefined) await checkUrl(body.url);
        const fields = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
        return reply(200, await change(endpoint, { ...fields, ...disabledAfter(endpoint, enabled, clock()) }));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/partner/v1/endpoints/:endpointId/rotate-secret',
      operationId: 'rotateSecret',
      summary:
        'A new secret. For 24 hours messages are also signed with the old one. If-Match needed. Scope endpoints:write.',
      auth: write,
      params: endpointParams,
      answers: {
        200: { description: 'The endpoint with its new secret.', schema: withSecret },
        412: { description: 'Changed meanwhile.' },
      },
      handle: async ({ principal, request, params: { endpointId } }) => {
        const endpoint = await unchangedEndpoint(principal, endpointId, request);
        const now = clock();
        const expiresAt = new Date(now.getTime() + OVERLAP_MS).toISOString();
        const older = endpoint.secrets
          .filter((old) => old.expiresAt === null || Date.parse(old.expiresAt) > now.getTime())
          .map((old) => ({ ...old, expiresAt: old.expiresAt ?? expiresAt }));
        const secret = newSecret();
        const secrets = [{ secret, expiresAt: null }, ...older].slice(0, MOST_SECRETS);
        return reply(200, await change(endpoint, { secrets }), { secret });
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/partner/v1/endpoints/:endpointId',
      operationId: 'removeEndpoint',
      summary: 'Removes an endpoint; what is pending for it is not sent. Scope endpoints:write.',
      auth: write,
      params: endpointParams,
      answers: { 204: { description: 'Removed.' }, 404: { description: 'You have no such endpoint.' } },
      handle: async ({ principal, params }) => {
        const { endpointId } = await ownEndpoint(endpoints, principal, params.endpointId);
        await endpoints.remove(endpointId);
        return { status: 204 };
      },
    }),
  ];
}

/** A partner's endpoints for webhooks. */
export function endpointRoutes(parts: Parts): Route[] {
  return [createRoute(parts), ...readRoutes(parts), ...changeRoutes(parts)];
}
