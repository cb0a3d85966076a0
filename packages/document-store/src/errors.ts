/** The aggregate's outbox is full, since the broker has been away for long. The caller may try again later. */
export class OutboxFullError extends Error {
  constructor(collection: string, id: string) {
    super(`${collection} ${id} has 100 unsent events and takes no more until the broker is back`);
    this.name = 'OutboxFullError';
  }
}

/** Others changed the same aggregate faster, again and again. */
export class ContentionError extends Error {
  constructor(collection: string, id: string) {
    super(`${collection} ${id} is being changed by too many at once`);
    this.name = 'ContentionError';
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

type WriteError = { index: number; code?: number };

/** What failed in an unordered bulk write, each with the place of its document; empty where the error is of another kind. */
export function writeErrors(error: unknown): WriteError[] {
  const failures = (error as { writeErrors?: WriteError | WriteError[] }).writeErrors ?? [];
  return Array.isArray(failures) ? failures : [failures];
}
