import type { EventDefinition } from './event.ts';
import * as topics from './topics.ts';

function isEvent(exported: unknown): exported is EventDefinition {
  return typeof exported === 'object' && exported !== null && 'routingKey' in exported;
}

const exported: unknown[] = Object.values(topics);

/** Every event that a topic exports, ordered by type. */
export const catalogue: readonly EventDefinition[] = exported
  .filter(isEvent)
  .toSorted((one, other) => one.type.localeCompare(other.type, 'en'));
