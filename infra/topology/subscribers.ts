import type { Subscription } from '@ksbb/messaging';

/** A service that takes events, and its table. */
export type Subscriber = { service: string; subscriptions: readonly Subscription<never>[] };

/** Every service that takes events. Importing a table starts nothing. */
export const subscribers: readonly Subscriber[] = [];

/** By service the routing keys that its queue is bound to. */
export type Bindings = Record<string, string[]>;

/** The bindings that the services' tables ask for. */
export function bindingsOf(all: readonly Subscriber[]): Bindings {
  return Object.fromEntries(
    all.map(({ service, subscriptions }) => [service, [...new Set(subscriptions.map(({ event }) => event.routingKey))].toSorted()]),
  );
}
