/** The aggregate's outbox is full, since the broker has been away for long. The caller may try again later. */
export class OutboxFullError extends Error {
  constructor(collection: string, id: string) {
    super(`${collection} ${id} has 100 unsent events and takes no more until the broker is back`);
    this.name = 'OutboxFullError';
  }
}

/** The event is too large for the broker. Put its content into a store and a reference into the event. */
export class EventTooLargeError extends Error {
  constructor(eventId: string, bytes: number) {
    super(`${eventId} has ${bytes} bytes; an event has less than 1 MiB`);
    this.name = 'EventTooLargeError';
  }
}

/** Other writers changed the aggregate first, in every attempt. The caller may try again later. */
export class ContentionError extends Error {
  constructor(collection: string, id: string) {
    super(`${collection} ${id} is being changed by too many at once`);
    this.name = 'ContentionError';
  }
}

/** The server undid insertions in every attempt, because other work was in their way. */
export class RolledBackError extends Error {
  /** MongoDB's WriteConflict. */
  readonly code = 112;

  constructor(collection: string, documents: number) {
    super(`${documents} documents of ${collection} were not inserted: the server undid their insertion`);
    this.name = 'RolledBackError';
  }
}

/** Another aggregate of the collection has the same unique key. */
export class DuplicateKeyError extends Error {
  constructor(collection: string, id: string) {
    super(`${collection} ${id} has a key that another one has already`);
    this.name = 'DuplicateKeyError';
  }
}

/** MongoDB's error 11000. */
export function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: number }).code === 11000;
}

export type WriteError = { index: number; code?: number; errmsg?: string };

type BulkError = {
  writeErrors?: WriteError | WriteError[];
  errorResponse?: unknown;
  result?: { getWriteConcernError?: () => unknown };
};

/**
 * What failed in an unordered bulk write, each with the place of its document. Empty where the error is of another
 * kind, such as writes of which it is not known whether they will last: then nothing is known of any.
 */
export function writeErrors(error: unknown): WriteError[] {
  const { writeErrors: failures = [], errorResponse, result } = error as BulkError;
  if (errorResponse instanceof Error || result?.getWriteConcernError?.() !== undefined) return [];
  return Array.isArray(failures) ? failures : [failures];
}
