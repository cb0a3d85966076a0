import type { Request } from 'express';
import type { z } from 'zod';
import type { Authenticator, AuthKind } from './auth.ts';

export type Answer = {
  status: number;
  /** Sent as JSON, or as it is where `headers` name another content type. */
  body?: unknown;
  headers?: Record<string, string>;
};

type Parts<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, Principal> = {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  /** What the route's own authenticator answered; undefined where the route names a kind by a word. */
  principal: Principal;
  /** Empty unless the route is declared `idempotent`. */
  idempotencyKey: string;
  request: Request;
  /** The body as it came. */
  rawBody: Buffer;
};

export type RouteDefinition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, Principal> = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express path; parameters as `:name`. */
  path: string;
  operationId: string;
  summary: string;
  /**
   * Who may call: a kind, for which the app has the authenticator, or the route's own authenticator, where the handler
   * needs the principal. It runs before the body is read.
   */
  auth: AuthKind | Authenticator<Principal>;
  params?: P;
  query?: Q;
  body?: B;
  /** Requires an `Idempotency-Key` header of 8 to 128 characters (draft-ietf-httpapi-idempotency-key-header). */
  idempotent?: boolean;
  /** By status: what is answered, and its schema where it is JSON. */
  answers: Record<number, { description: string; schema?: z.ZodType }>;
  handle: (parts: Parts<P, Q, B, Principal>) => Promise<Answer> | Answer;
  /** Answers an error in another form than problem details. Undefined leaves the error to the shell. */
  answerError?: (error: unknown) => Answer | undefined;
};

// any: a list of routes holds routes of every shape
export type Route = RouteDefinition<any, any, any, any>;

/** Declares a route: parsed input in, an answer out. The types of `handle` follow from the schemas and from `auth`. */
export function defineRoute<
  P extends z.ZodType = z.ZodUnknown,
  Q extends z.ZodType = z.ZodUnknown,
  B extends z.ZodType = z.ZodUnknown,
  Principal = undefined,
>(definition: RouteDefinition<P, Q, B, Principal>): Route {
  return definition;
}
