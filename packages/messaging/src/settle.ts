import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedEvent } from '@ksbb/contracts';
import { keyedMutex } from '@ksbb/service-kit';
import type { ConsumeMessage } from 'amqplib';
import { attemptOf, type Fault, parseMessage, redeliveriesOf } from './delivery.ts';
import { RejectedEvent, type Subscription, RetryLater } from './subscription.ts';
import { RETRY_TIERS } from './topology.ts';
import { inProcessSpan } from './tracing.ts';

const TRIES_IN_PROCESS = 2;
const IN_PROCESS_PAUSE_MS = 100;
const DEPENDENCY_PAUSE_MS = 1_000;
/**
 * A redelivery means that the process died, or lost its connection, with this delivery and up to a prefetch of others
 * in flight. From the second redelivery on any of them may be the cause. So each waits in the quarantine queue, where a
 * process takes one at a time: redeliveries from there are the message's own.
 */
const QUARANTINED_AFTER = 2;
const DEAD_AFTER_IN_QUARANTINE = 4;

/** What becomes of a delivery. */
export type Outcome =
  | { is: 'done'; error?: never }
  | { is: 'retry'; tier: (typeof RETRY_TIERS)[number]; attempt: number; error: Error }
  | {
      is: 'dead';
      reason: Fault | 'rejected' | 'attempts-used-up' | 'kills-its-consumer';
      error: Error;
      attempt: number;
    }
  /** It may have killed its process: it is handled by itself. */
  | { is: 'quarantine'; attempt: number; error?: never }
  /** The service is stopping: the delivery goes back to its queue. */
  | { is: 'unfinished'; error?: never };

/** The queue that a delivery came from. */
export type Origin = { queue: string; isQuarantine: boolean };

export type Handling<Deps> = {
  subscriptions: readonly Subscription<Deps>[];
  deps: Deps;
  /** Whether an error means that a dependency is away: the delivery is then held, and no attempt is used up. */
  isDependencyDown: (error: unknown) => boolean;
  onFailure: (event: ReceivedEvent, error: Error) => void;
  stopping: AbortSignal;
};

/**
 * Gives the function that handles one delivery and answers what becomes of it. Deliveries about one subject are handled
 * one after the other.
 */
export function createSettler<Deps>({ subscriptions, deps, isDependencyDown, onFailure, stopping }: Handling<Deps>) {
  const byType = Map.groupBy(
    subscriptions as readonly Subscription<never>[],
    (subscription) => subscription.event.type,
  );
  const inTurn = keyedMutex();

  async function handleOnce(event: ReceivedEvent, reactions: Subscription<never>[]): Promise<Error | undefined> {
    try {
      for (const reaction of reactions) await reaction.handle(event, deps as never);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async function handle(event: ReceivedEvent, reactions: Subscription<never>[], attempt: number): Promise<Outcome> {
    for (let tries = 0; ;) {
      if (stopping.aborted) return { is: 'unfinished' };
      const error = await handleOnce(event, reactions);
      if (error === undefined) return { is: 'done' };
      if (error instanceof RejectedEvent) return { is: 'dead', reason: 'rejected', error, attempt };
      if (isDependencyDown(error)) {
        await sleep(DEPENDENCY_PAUSE_MS * (0.5 + Math.random()), undefined, { signal: stopping }).catch(
          () => undefined,
        );
        continue;
      }
      onFailure(event, error);
      tries += 1;
      if (tries < TRIES_IN_PROCESS && !(error instanceof RetryLater)) {
        await sleep(IN_PROCESS_PAUSE_MS * Math.random());
        continue;
      }
      const tier = RETRY_TIERS[attempt];
      if (tier === undefined) return { is: 'dead', reason: 'attempts-used-up', error, attempt };
      return { is: 'retry', tier, attempt: attempt + 1, error };
    }
  }

  return async (message: ConsumeMessage, { queue, isQuarantine }: Origin): Promise<Outcome> => {
    const attempt = attemptOf(message);
    const redeliveries = redeliveriesOf(message);
    if (isQuarantine && redeliveries >= DEAD_AFTER_IN_QUARANTINE) {
      const error = new Error(`delivered alone ${redeliveries} times and never finished`);
      return { is: 'dead', reason: 'kills-its-consumer', error, attempt };
    }
    if (!isQuarantine && redeliveries >= QUARANTINED_AFTER) return { is: 'quarantine', attempt };
    const parsed = parseMessage(message, byType);
    if ('error' in parsed) return { is: 'dead', reason: parsed.reason, error: parsed.error, attempt };
    const { event, subscriptions: reactions } = parsed;
    return inTurn(event.subject, () =>
      inProcessSpan(message.properties.headers ?? {}, queue, event, () => handle(event, reactions, attempt)),
    );
  };
}
