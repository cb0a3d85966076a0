import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, Problem } from '@ksbb/service-kit';
import type { Request } from 'express';
import type { z } from 'zod';
import type { Partner } from '../contract/record.ts';
import type { FaultRoute, FaultStore } from '../stores/faults.ts';
import type { IdempotencyKeys } from '../stores/request-keys.ts';
import { withFault } from './faults.ts';
import { parseInput, PartnerRefusal } from './refusal.ts';

export type Call = { request: Request; rawBody: Buffer };

/** What the partners differ in, before a call reaches a contract. */
export type PartnerProfile = {
  partner: Partner;
  refusalBody: (refusal: PartnerRefusal) => unknown;
};

export type PartnerStores = { faults: Pick<FaultStore, 'take'>; keys: IdempotencyKeys; clock: () => Date };

/** Longer than a request takes. After it, a repeat may take over a key whose request has died. */
const KEY_LEASE_MS = 10_000;

function refusalAnswer({ refusalBody }: PartnerProfile, refusal: PartnerRefusal): Answer {
  const { status, retryAfterSeconds } = refusal;
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return { status, body: refusalBody(refusal), headers };
}

/** Answers refusals in the partner's own format. The HTTP shell answers all other errors. */
export function answerErrorOf(profile: PartnerProfile): (error: unknown) => Answer | undefined {
  return (error) => {
    if (error instanceof PartnerRefusal) return refusalAnswer(profile, error);
    if (error instanceof Problem && error.status === 401)
      return refusalAnswer(profile, new PartnerRefusal('unauthorized', error.detail));
    return undefined;
  };
}

function keyOf(request: Request): string {
  const key = request.get('idempotency-key') ?? '';
  if (/^[\x21-\x7e]{8,128}$/.test(key)) return key;
  throw new PartnerRefusal(
    'key-missing',
    'Idempotency-Key: 8 to 128 visible ASCII characters, fresh for each new request',
    { field: 'Idempotency-Key' },
  );
}

/** Runs `act`. A refusal by the contract's rules is a response that the key remembers; other errors are not. */
async function responseToRemember(profile: PartnerProfile, act: () => Promise<Answer>): Promise<Answer> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof PartnerRefusal && error.status === 422) return refusalAnswer(profile, error);
    throw error;
  }
}

/**
 * Runs `act` once for each Idempotency-Key. A repeat gets the first response.
 * @throws PartnerRefusal `key-missing`, `key-reused` with another body, `in-progress` until the first request has ended
 */
async function idempotent(
  profile: PartnerProfile,
  { keys, clock }: PartnerStores,
  { request, rawBody }: Call,
  delayMs: number,
  act: () => Promise<Answer>,
): Promise<Answer> {
  const { partner } = profile;
  const key = keyOf(request);
  const fingerprint = createHash('sha256').update(rawBody).digest('hex');
  const claim = await keys.claim(partner, key, fingerprint, clock(), KEY_LEASE_MS + delayMs);
  switch (claim.outcome) {
    case 'replay':
      return { ...claim.answer, headers: { ...claim.answer.headers, 'Idempotent-Replayed': 'true' } };
    case 'other-payload':
      throw new PartnerRefusal('key-reused', 'This Idempotency-Key was used with another body.', {
        field: 'Idempotency-Key',
      });
    case 'in-progress':
      throw new PartnerRefusal('in-progress', 'The first request with this Idempotency-Key has not ended yet.', {
        retryAfterSeconds: 1,
      });
    case 'claimed':
      try {
        await sleep(delayMs);
        const answer = await responseToRemember(profile, act);
        await keys.finish(partner, key, claim.lease, answer);
        return answer;
      } catch (error) {
        await keys.release(partner, key, claim.lease);
        throw error;
      }
    default:
      return claim satisfies never;
  }
}

/** Handles a call that reads or repeats safely: a fault on demand, then `act`. */
export async function handleCall(
  profile: PartnerProfile,
  stores: PartnerStores,
  route: FaultRoute,
  call: Call,
  act: () => Promise<Answer>,
): Promise<Answer> {
  return withFault(await stores.faults.take(profile.partner, route), call.request, async (delayMs) => {
    await sleep(delayMs);
    return act();
  });
}

/** Handles a call that creates a contract: a fault on demand, the body, the Idempotency-Key, then `act`. */
export async function handleCreation<T extends z.ZodType>(
  profile: PartnerProfile,
  stores: PartnerStores,
  call: Call & { body: unknown },
  schema: T,
  act: (body: z.output<T>) => Promise<Answer>,
): Promise<Answer> {
  return withFault(await stores.faults.take(profile.partner, 'create-contract'), call.request, async (delayMs) => {
    const body = parseInput(schema, call.body);
    return idempotent(profile, stores, call, delayMs, () => act(body));
  });
}
