import { z } from 'zod';
import type { Authenticator } from './auth.ts';
import type { Route } from './route.ts';

type Schema = Record<string, unknown>;

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  }) as Schema;
  return rest;
}

function parameters(place: 'path' | 'query', schema: z.ZodType | undefined): Schema[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

const idempotencyKeyParameter: Schema = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  schema: { type: 'string', minLength: 8, maxLength: 128 },
};

type Guarded = { route: Route; authenticator: Authenticator | undefined };

/** The name of a security scheme, and the scheme. Undefined for a public route. */
function securityOf({ authenticator }: Guarded): { name: string; scopes: string[]; scheme: Schema } | undefined {
  if (authenticator === undefined || authenticator.kind === 'public') return undefined;
  if ('header' in authenticator)
    return {
      name: authenticator.header,
      scopes: [],
      scheme: { type: 'apiKey', in: 'header', name: authenticator.header },
    };
  const { kind: name, scopes = [] } = authenticator;
  return { name, scopes, scheme: { type: 'http', scheme: 'bearer' } };
}

function operation(guarded: Guarded): Schema {
  const { route } = guarded;
  const security = securityOf(guarded);
  const answers = Object.entries(route.answers).map(([status, { description, schema }]) => [
    status,
    { description, ...(schema ? { content: { 'application/json': { schema: jsonSchema(schema, 'output') } } } : {}) },
  ]);
  return {
    operationId: route.operationId,
    summary: route.summary,
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...(route.idempotent ? [idempotencyKeyParameter] : []),
    ],
    ...(route.body
      ? {
          requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(route.body, 'input') } } },
        }
      : {}),
    ...(security === undefined ? {} : { security: [{ [security.name]: security.scopes }] }),
    responses: {
      ...Object.fromEntries(answers),
      default: {
        description: 'A refusal or a fault, as RFC 9457 problem details.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

const problemSchema: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { pointer: { type: 'string' }, detail: { type: 'string' } } },
    },
  },
};

/** The OpenAPI 3.1 document of a service, made from its routes. */
export function openApiDocument(service: string, routes: Guarded[]): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  const securitySchemes: Record<string, Schema> = {};
  for (const guarded of routes) {
    const { route } = guarded;
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(guarded) };
    const security = securityOf(guarded);
    if (security !== undefined) securitySchemes[security.name] = security.scheme;
  }
  return {
    openapi: '3.1.0',
    info: { title: `KSBB UMKM ${service}`, version: '1' },
    paths,
    components: { schemas: { Problem: problemSchema }, securitySchemes },
  };
}
