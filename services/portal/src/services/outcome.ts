import type { Failure, Reply } from './call.ts';

/** A page cannot be made, because a service did not give what the page needs. */
export class ServiceFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.service}: ${failure.kind === 'refusal' ? `${failure.status} ${failure.slug}` : 'unavailable'}`);
    this.name = 'ServiceFailed';
    this.failure = failure;
  }
}

/** The status with which a page shows a failure. */
export const statusOfFailure = (failure: Failure) => (failure.kind === 'refusal' ? failure.status : 503);

/** The answer. @throws ServiceFailed where there is none */
export function unwrap<T>(reply: Reply<T>): T {
  if (reply.kind === 'answer') return reply.value;
  throw new ServiceFailed(reply);
}

/** The answer, or null where the page can be shown without it. */
export function orNull<T>(reply: Reply<T>): T | null {
  return reply.kind === 'answer' ? reply.value : null;
}
