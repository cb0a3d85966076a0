import type { Request } from 'express';
import type { z } from 'zod';

export type Answer = {
  status: number;
  /** Sent as JSON, or as it is where `headers` name another content type. */
  body?: unknown;
  headers?: Record<string, string>;
};

type Parts<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  /** Empty unless the route is declared `idempotent`. */
  idempotencyKey: string;
  request: Request;
  /** The body as it came, for signatures. */
  rawBody: Buffer;
};

export type RouteDefinition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express path; parameters as `:name`. */
  path: string;
  operationId: string;
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  /** Requires an `Idempotency-Key` header of 8 to 128 characters (draft-ietf-httpapi-idempotency-key-header). */
  idempotent?: boolean;
  /** Requires `Authorization: Bearer …`; the handler checks it with `requireBearer` or its own verification. */
  bearer?: boolean;
  /** Left out of the OpenAPI document, such as that document itself. */
  hidden?: boolean;
  /** By status: what is answered, and its schema where it is JSON. */
  answers: Record<number, { description: string; schema?: z.ZodType }>;
  handle: (parts: Parts<P, Q, B>) => Promise<Answer> | Answer;
};

// any: a list of routes holds routes of every shape
export type Route = RouteDefinition<any, any, any>;

/** Declares a route: parsed input in, an answer out. The types of `handle` follow from the schemas. */
export function defineRoute<
  P extends z.ZodType = z.ZodUnknown,
  Q extends z.ZodType = z.ZodUnknown,
  B extends z.ZodType = z.ZodUnknown,
>(definition: RouteDefinition<P, Q, B>): Route {
  return definition;
}
