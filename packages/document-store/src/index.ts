export { type Database, isDatabaseUnavailable, openDatabase } from './database.ts';
export { endWritesWithTheirConnection } from './driver-fix.ts';
export { insertOnce, upsertIfNewer } from './effects.ts';
export { ContentionError, DuplicateKeyError, EventTooLargeError, isDuplicateKey, OutboxFullError } from './errors.ts';
export { defineSchema, driverCollection, openModel } from './models.ts';
export type { EventPublisher } from './outbox-sender.ts';
export { createRelay, type Relay } from './relay.ts';
export {
  type AggregateEvent,
  type Decided,
  type DocumentStore,
  openStore,
  type Refusal,
  type Stored,
  type StoreDefinition,
} from './store.ts';
export { isRolledBack, retryRolledBack } from './transient.ts';
