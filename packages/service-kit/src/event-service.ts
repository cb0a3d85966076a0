import { bearerAuthenticator } from './auth.ts';
import { type DeadLetters, deadLetterRoutes } from './dead-letter-routes.ts';
import { createHttpApp, type HttpApp } from './http.ts';
import type { BuiltService } from './lifecycle.ts';

type Closable = { close: () => Promise<void> };

type EventService = Pick<HttpApp, 'service' | 'routes' | 'log' | 'metrics' | 'isUnavailable'> & {
  settings: { OPERATOR_TOKEN: string };
  database: Closable & { ready: () => Promise<boolean> };
  bus: Closable & { ready: () => boolean; deadLetters: DeadLetters; stopConsuming: () => Promise<void> };
  /** Sends the outbox events. A service that publishes nothing has none. */
  relay?: Closable;
  /** Work in the background that changes the database. */
  loops?: readonly Closable[];
};

/**
 * Builds a service with a database and a bus: its routes, and the dead-letter routes for operators. When it closes, it
 * first ends reactions and loops, then what the relay is sending, then the connections.
 */
export function buildEventService({
  settings,
  database,
  bus,
  relay,
  loops = [],
  routes,
  ...http
}: EventService): BuiltService {
  return {
    app: createHttpApp({
      ...http,
      auth: { operator: bearerAuthenticator('operator', settings.OPERATOR_TOKEN) },
      routes: [...routes, ...deadLetterRoutes({ deadLetters: bus.deadLetters })],
    }),
    ready: { database: database.ready, broker: bus.ready },
    close: async () => {
      await Promise.all([bus.stopConsuming(), ...loops.map((loop) => loop.close())]);
      await relay?.close();
      await bus.close();
      await database.close();
    },
  };
}
