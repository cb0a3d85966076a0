import { fieldErrors } from '@ksbb/service-kit';
import type { z } from 'zod';

/** The kinds of refusal and their HTTP status. */
const STATUS = {
  'invalid-field': 400,
  'key-missing': 400,
  unauthorized: 401,
  'not-found': 404,
  'in-progress': 409,
  'key-reused': 422,
  'other-terms': 422,
  'parent-not-signed': 422,
  'principal-too-small': 422,
  'paid-out': 422,
  fault: 500,
} as const;

export type RefusalKind = keyof typeof STATUS;

type Options = {
  status?: number | undefined;
  field?: string | undefined;
  retryAfterSeconds?: number | null | undefined;
};

/** A partner refuses a call. Each partner has its own format for it. */
export class PartnerRefusal extends Error {
  readonly kind: RefusalKind;
  readonly status: number;
  /** A dotted path into the body, or the name of a header or query parameter. */
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: RefusalKind, message: string, options: Options = {}) {
    super(message);
    this.name = 'PartnerRefusal';
    this.kind = kind;
    this.status = options.status ?? STATUS[kind];
    this.field = options.field;
    this.retryAfterSeconds = options.retryAfterSeconds ?? undefined;
  }
}

/** @throws PartnerRefusal `invalid-field`. Its message lists every error; its field is the first one. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error).map(({ pointer, detail }) => ({
    field: pointer.slice(1).replaceAll('/', '.'),
    detail,
  }));
  const message = errors.map(({ field, detail }) => (field === '' ? detail : `${field}: ${detail}`)).join('; ');
  throw new PartnerRefusal('invalid-field', message, { field: errors[0]?.field });
}
