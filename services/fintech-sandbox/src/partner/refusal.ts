import { fieldErrors } from '@ksbb/service-kit';
import type { z } from 'zod';

export type RefusalKind =
  | 'invalid-field'
  | 'key-missing'
  | 'unauthorized'
  | 'not-found'
  | 'in-progress'
  | 'key-reused'
  | 'other-terms'
  | 'parent-not-signed'
  | 'principal-too-small'
  | 'paid-out'
  | 'fault';

type Options = {
  status?: number | undefined;
  field?: string | undefined;
  retryAfterSeconds?: number | null | undefined;
};

const STATUS: Record<RefusalKind, number> = {
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
};

/** What a partner answers instead of what was asked for; each partner has its own wire form of it. */
export class PartnerRefusal extends Error {
  readonly kind: RefusalKind;
  readonly status: number;
  /** Dotted path into the body, or the name of a header or query parameter. */
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

/** Parses what a caller sent. @throws PartnerRefusal `invalid-field` that tells of every fault and names the first field. */
export function parseSent<T extends z.ZodType>(schema: T, sent: unknown): z.output<T> {
  const result = schema.safeParse(sent);
  if (result.success) return result.data;
  const faults = fieldErrors(result.error).map(({ pointer, detail }) => ({
    field: pointer.slice(1).replaceAll('/', '.'),
    detail,
  }));
  const message = faults.map(({ field, detail }) => (field === '' ? detail : `${field}: ${detail}`)).join('; ');
  throw new PartnerRefusal('invalid-field', message, { field: faults[0]?.field });
}
