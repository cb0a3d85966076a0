import type { EventDefinition, EventOf } from '@ksbb/contracts';

/** In which of the three ways a handler is safe against a repeat (see the document store's effects). */
export type Effect = 'insert' | 'newest-wins' | 'transition';

/** One row of a service's table: which event, how it is safe to repeat, and what is done. */
export type Subscription<Deps> = {
  event: EventDefinition;
  effect: Effect;
  /** The reaction's name as a sentence, such as `declare-needs-when-msme-is-listed`. */
  reaction: string;
  // any: a table holds events of every shape, and `on` has checked each
  handle: (event: any, deps: Deps) => Promise<unknown>;
};

/** A row of the table. The reaction's name follows from its function's name. */
export function on<D extends EventDefinition, Deps>(
  event: D,
  effect: Effect,
  handle: (event: EventOf<D>, deps: Deps) => Promise<unknown>,
): Subscription<Deps> {
  const reaction = handle.name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return { event, effect, reaction, handle };
}

/** Thrown by a handler: the event can never be handled. It is dead-lettered at once. */
export class RejectedEvent extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'RejectedEvent';
  }
}

/** Thrown by a handler: another event has to come first. The event waits in a retry tier. */
export class RetryLater extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'RetryLater';
  }
}
