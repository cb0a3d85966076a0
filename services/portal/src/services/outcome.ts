import type { ServiceName } from '../settings.ts';
import type { Refusal, Reply } from './call.ts';

/** A page cannot be made because this service is away. */
export class ServiceAway extends Error {
  readonly service: ServiceName;

  constructor(service: ServiceName) {
    super(`${service} is away`);
    this.name = 'ServiceAway';
    this.service = service;
  }
}

/** A page cannot be made because a service refused, and the page has no place of its own to say so. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.service} refused: ${refusal.status} ${refusal.slug}`);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}

/** The answer. @throws ServiceAway or Refused where there is none. */
export function needed<T>(reply: Reply<T>): T {
  if (reply.kind === 'answer') return reply.value;
  if (reply.kind === 'away') throw new ServiceAway(reply.service);
  throw new Refused(reply);
}

/** The answer, or null where the page can be shown without it. */
export function orNull<T>(reply: Reply<T>): T | null {
  return reply.kind === 'answer' ? reply.value : null;
}
