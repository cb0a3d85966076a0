import pRetry from 'p-retry';

/** MongoDB's codes for work that was undone because other work was in its way. */
const ROLLED_BACK = new Set<unknown>([
  24, // LockTimeout
  46, // LockBusy
  112, // WriteConflict
]);
/** How a driver marks errors of which the server says that the same work may succeed later. */
const RETRYABLE_LABELS = ['RetryableWriteError', 'TransientTransactionError'];
const RETRIES = 7;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [20, 1_000];

type ServerError = { code?: unknown; errmsg?: unknown; message?: unknown; errorLabels?: unknown };

/**
 * Whether the server undid the work because other work was in its way. The same work may succeed now. FerretDB passes
 * on PostgreSQL's 'deadlock detected' under the code of an internal error.
 */
export function isRolledBack(error: unknown): boolean {
  const { code, errmsg, message }: ServerError = error ?? {};
  return ROLLED_BACK.has(code) || /deadlock detected/i.test(String(errmsg ?? message));
}

/**
 * Whether the server says that the same work may succeed later. It may have been done: only a repeatable caller
 * retries.
 */
export function isTransient(error: unknown): boolean {
  const { errorLabels }: ServerError = error ?? {};
  const isLabelled = Array.isArray(errorLabels) && RETRYABLE_LABELS.some((label) => errorLabels.includes(label));
  return isLabelled || isRolledBack(error);
}

/** Does the work again while the server undoes it, after growing random pauses, for some seconds. */
export function retryRolledBack<T>(work: () => Promise<T>): Promise<T> {
  return pRetry(work, {
    retries: RETRIES,
    minTimeout: FIRST_PAUSE_MS,
    maxTimeout: LONGEST_PAUSE_MS,
    randomize: true,
    shouldRetry: ({ error }) => isRolledBack(error),
  });
}
