import { setTimeout as sleep } from 'node:timers/promises';
import { type Envelope, envelopeSchema, type ReceivedEvent } from '@ksbb/contracts';
import { fieldErrors, serializeByKey } from '@ksbb/service-kit';
import type { ConsumeMessage } from 'amqplib';
import { RejectedEvent, type Subscription, TooEarly } from './subscription.ts';
import { RETRY_TIERS } from './topology.ts';

const ATTEMPT_HEADER = 'x-ksbb-attempt';
const TRIES_IN_PROCESS = 2;
const IN_PROCESS_PAUSE_MS = 100;
const DEPENDENCY_PAUSE_MS = 1_000;
/** Redeliveries without a finished attempt: the process died or lost its connection each time. */
const REDELIVERIES = 5;

/** What becomes of a delivery. */
export type Verdict =
  | { is: 'done' }
  | { is: 'retry'; tier: (typeof RETRY_TIERS)[number]; attempt: number; error: Error }
  | { is: 'dead'; reason: 'no-such-schema' | 'invalid' | 'rejected' | 'attempts-used-up' | 'kills-its-consumer'; error: Error; attempt: number }
  /** The service is ending: the delivery goes back to the queue. */
  | { is: 'unfinished' };

/** Finished attempts before this one, by our own header; anything that is not such a number counts as none. */
export function attemptOf(message: ConsumeMessage): number {
  const value: unknown = message.properties.headers?.[ATTEMPT_HEADER];
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= RETRY_TIERS.length ? value : 0;
}

export const attemptHeader = (attempt: number) => ({ [ATTEMPT_HEADER]: attempt });

function redeliveriesOf(message: ConsumeMessage): number {
  const count: unknown = message.properties.headers?.['x-delivery-count'];
  return typeof count === 'number' ? count : 0;
}

type Parsed = { ok: true; event: ReceivedEvent; subscriptions: Subscription<never>[] } | { ok: false; reason: 'no-such-schema' | 'invalid'; error: Error };

/** What is wrong with which field, in one line, for those who read dead letters. */
function misfit(error: Parameters<typeof fieldErrors>[0], place = ''): Error {
  return new Error(fieldErrors(error, place).map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; '));
}

function parseMessage(message: ConsumeMessage, byType: Map<string, Subscription<never>[]>): Parsed {
  let content: unknown;
  try {
    content = JSON.parse(message.content.toString('utf8'));
  } catch (error) {
    return { ok: false, reason: 'invalid', error: error as Error };
  }
  const parsed = envelopeSchema.safeParse(content);
  if (!parsed.success) return { ok: false, reason: 'invalid', error: misfit(parsed.error) };
  const envelope: Envelope = parsed.data;
  const subscriptions = byType.get(envelope.type);
  const contract = subscriptions?.[0]?.event;
  if (subscriptions === undefined || contract === undefined) {
    return { ok: false, reason: 'no-such-schema', error: new Error(`${envelope.type} is not subscribed to here`) };
  }
  const data = contract.data.safeParse(envelope.data);
  if (!data.success) return { ok: false, reason: 'invalid', error: misfit(data.error, '/data') };
  return { ok: true, event: { ...envelope, version: Number(envelope.sequence), data: data.data }, subscriptions };
}

export type Handling<Deps> = {
  subscriptions: readonly Subscription<Deps>[];
  deps: Deps;
  /** Whether an error means that a dependency is away: the delivery is then held, no attempt is used up. */
  isDependencyDown: (error: unknown) => boolean;
  onFailure: (event: ReceivedEvent, error: Error) => void;
  stopping: AbortSignal;
};

/**
 * Gives the function that handles one delivery and says what becomes of it. Deliveries about one subject are handled one
 * after the other. It never throws.
 */
export function createSettler<Deps>({ subscriptions, deps, isDependencyDown, onFailure, stopping }: Handling<Deps>) {
  const byType = Map.groupBy(subscriptions as readonly Subscription<never>[], (subscription) => subscription.event.type);
  const inTurn = serializeByKey();

  async function handleOnce(event: ReceivedEvent, reactions: Subscription<never>[]): Promise<Error | undefined> {
    try {
      for (const reaction of reactions) await reaction.handle(event, deps as never);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async function handle(event: ReceivedEvent, reactions: Subscription<never>[], attempt: number): Promise<Verdict> {
    for (let tries = 0; ; ) {
      if (stopping.aborted) return { is: 'unfinished' };
      const error = await handleOnce(event, reactions);
      if (error === undefined) return { is: 'done' };
      if (error instanceof RejectedEvent) return { is: 'dead', reason: 'rejected', error, attempt };
      if (isDependencyDown(error)) {
        await sleep(DEPENDENCY_PAUSE_MS * (0.5 + Math.random()), undefined, { signal: stopping }).catch(() => undefined);
        continue;
      }
      onFailure(event, error);
      tries += 1;
      if (tries < TRIES_IN_PROCESS && !(error instanceof TooEarly)) {
        await sleep(IN_PROCESS_PAUSE_MS * Math.random());
        continue;
      }
      const tier = RETRY_TIERS[attempt];
      if (tier === undefined) return { is: 'dead', reason: 'attempts-used-up', error, attempt };
      return { is: 'retry', tier, attempt: attempt + 1, error };
    }
  }

  return async (message: ConsumeMessage): Promise<Verdict> => {
    const attempt = attemptOf(message);
    if (redeliveriesOf(message) > REDELIVERIES) {
      const error = new Error(`delivered ${redeliveriesOf(message)} times and never finished`);
      return { is: 'dead', reason: 'kills-its-consumer', error, attempt };
    }
    const parsed = parseMessage(message, byType);
    if (!parsed.ok) return { is: 'dead', reason: parsed.reason, error: parsed.error, attempt };
    return inTurn(parsed.event.subject, () => handle(parsed.event, parsed.subscriptions, attempt));
  };
}
