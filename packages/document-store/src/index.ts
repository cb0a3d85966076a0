export { type Database, isDatabaseUnavailable, openDatabase } from './database.ts';
export { insertOnce, upsertIfNewer } from './effects.ts';
export { ContentionError, isDuplicateKey } from './errors.ts';
export { defineSchema, driverCollection, openModel } from './models.ts';
export { createRelay, type Relay } from './relay.ts';
export {
  type Decided,
  type DocumentStore,
  openStore,
  type Refusal,
  type Stored,
  type StoreDefinition,
} from './store.ts';
export { retryRolledBack } from './transient.ts';
